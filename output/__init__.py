"""Write results for people and programs: terminal text, the JSON contract, the progress bar."""

"""What a person or a program reads: the terminal's text, the JSON contract, the progress bar."""

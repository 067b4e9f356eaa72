/* Hide sets of instructions from a process: CPUID faults, and is answered here without them.
 *
 * benchmarks/processor.py builds it and loads it with LD_PRELOAD. Linux on x86-64, on a processor
 * that can let CPUID fault: arch_prctl(2), ARCH_SET_CPUID. SEEDQA_HIDE names what to hide: avx512
 * (with all that needs it), vnni, avx_vnni, bf16, amx. Threads inherit it, and so do children,
 * by the environment. The bits are those of Intel's manual, volume 2A, CPUID.
 */
#define _GNU_SOURCE
#include <cpuid.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

#define ARCH_SET_CPUID 0x1012
#define BIT(number) (1u << (number))

struct leaf {
    unsigned eax, ebx, ecx, edx;
};

static int hide_avx512, hide_vnni, hide_avx_vnni, hide_bf16, hide_amx;
static struct sigaction others;

static void allow_cpuid(int allowed) { syscall(SYS_arch_prctl, ARCH_SET_CPUID, allowed); }

static void hide_features(struct leaf *leaf) {
    if (hide_avx512) {
        /* f, dq, ifma, pf, er, cd, bw, vl; vbmi, vbmi2, vnni, bitalg, vpopcntdq; 4vnniw, 4fmaps,
         * vp2intersect, fp16 */
        leaf->ebx &= ~(BIT(16) | BIT(17) | BIT(21) | BIT(26) | BIT(27) | BIT(28) | BIT(30) | BIT(31));
        leaf->ecx &= ~(BIT(1) | BIT(6) | BIT(11) | BIT(12) | BIT(14));
        leaf->edx &= ~(BIT(2) | BIT(3) | BIT(8) | BIT(23));
    }
    if (hide_vnni) leaf->ecx &= ~BIT(11);
    if (hide_bf16) leaf->edx &= ~BIT(23);
    if (hide_amx) leaf->edx &= ~(BIT(22) | BIT(24) | BIT(25)); /* bf16, tile, int8 */
}

static void hide_more_features(struct leaf *leaf) {
    if (hide_avx_vnni) {
        leaf->eax &= ~(BIT(4) | BIT(23));            /* avx-vnni, avx-ifma */
        leaf->edx &= ~(BIT(4) | BIT(5) | BIT(10));   /* avx-vnni-int8, ne-convert, vnni-int16 */
    }
    if (hide_bf16) leaf->eax &= ~BIT(5);
    if (hide_amx) leaf->eax &= ~BIT(21); /* fp16 */
}

static void hide_state(struct leaf *leaf) {
    if (hide_avx512) leaf->eax &= ~(BIT(5) | BIT(6) | BIT(7));
    if (hide_amx) leaf->eax &= ~(BIT(17) | BIT(18));
}

static int is_cpuid(const siginfo_t *info, const unsigned char *code) {
    return info->si_code > 0 && code[0] == 0x0f && code[1] == 0xa2;
}

static void answer(int number, siginfo_t *info, void *context) {
    greg_t *registers = ((ucontext_t *)context)->uc_mcontext.gregs;
    if (!is_cpuid(info, (const unsigned char *)registers[REG_RIP])) {
        sigaction(number, &others, NULL); /* the instruction is run again, and faults as it would */
        return;
    }
    struct leaf leaf;
    unsigned asked = (unsigned)registers[REG_RAX], part = (unsigned)registers[REG_RCX];
    allow_cpuid(1);
    __cpuid_count(asked, part, leaf.eax, leaf.ebx, leaf.ecx, leaf.edx);
    allow_cpuid(0);
    if (asked == 0x7 && part == 0) hide_features(&leaf);
    if (asked == 0x7 && part == 1) hide_more_features(&leaf);
    if (asked == 0xd && part == 0) hide_state(&leaf);
    registers[REG_RAX] = leaf.eax;
    registers[REG_RBX] = leaf.ebx;
    registers[REG_RCX] = leaf.ecx;
    registers[REG_RDX] = leaf.edx;
    registers[REG_RIP] += 2;
}

__attribute__((constructor(101))) static void begin(void) {
    const char *hidden = getenv("SEEDQA_HIDE");
    if (hidden == NULL || *hidden == '\0') return;
    hide_avx512 = strstr(hidden, "avx512") != NULL;
    hide_vnni = strstr(hidden, "vnni") != NULL;
    hide_avx_vnni = strstr(hidden, "avx_vnni") != NULL;
    hide_bf16 = strstr(hidden, "bf16") != NULL;
    hide_amx = strstr(hidden, "amx") != NULL;
    struct sigaction action = {0};
    action.sa_sigaction = answer;
    action.sa_flags = SA_SIGINFO | SA_NODEFER | SA_ONSTACK;
    sigaction(SIGSEGV, &action, &others);
    if (syscall(SYS_arch_prctl, ARCH_SET_CPUID, 0) != 0) {
        fputs("this processor, or this kernel, cannot hide its instructions\n", stderr);
        _exit(3);
    }
}

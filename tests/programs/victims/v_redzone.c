/* A leaf function that keeps sixteen values in the red zone, 128 bytes below the stack pointer, all the time. */
#include "victim.h"

/* Returns 0, or the number of the wrong slot. */
long redzone(uint64_t seed, uint64_t rounds);
__asm__(".text\n.globl redzone\n.type redzone,@function\nredzone:\n"
        "1:\n.irp i," V16 "\nlea \\i*257(%rdi),%rax\nmov %rax,-8*(\\i+1)(%rsp)\n.endr\n"
        "mov $200,%ecx\n"
        "2: dec %ecx\njnz 2b\n"
        ".irp i," V16 "\nmov $(\\i+1),%eax\nlea \\i*257(%rdi),%rdx\ncmp %rdx,-8*(\\i+1)(%rsp)\njne 3f\n.endr\n"
        "inc %rdi\ndec %rsi\njnz 1b\n"
        "xor %eax,%eax\n"
        "3: ret\n.size redzone,.-redzone\n");

int main(int argc, char **argv)
{
    v_init(argc, argv, 0);
    v_ready();
    for (uint64_t round = 0; v_tick(); round++) {
        long slot = redzone(round * 1000003, 2000);
        CHECK(slot == 0, "red zone slot %ld changed", slot);
    }
    v_end();
    return sc_finish();
}

# A small program for the scenario "elf-program": it adds up a table of constants, keeps the sum in its data, and
# fills a buffer that takes no room in the file. Three segments, as a compiler would make them: text, rodata, data and bss.
#
#   riscv64-unknown-elf-as -march=rv64i -o sum.o sum.s
#   riscv64-unknown-elf-ld -z max-page-size=4096 -s -T sum.ld -o sum.elf sum.o

        .section .text
        .globl  _start
_start: la      a0, table               # where the constants are
        la      a1, end
        li      a2, 0                   # the sum
add_up: ld      a3, 0(a0)
        add     a2, a2, a3
        addi    a0, a0, 8
        bltu    a0, a1, add_up
        la      a4, sum
        sd      a2, 0(a4)               # data: in the file, and written
        la      a5, buffer
        sd      a2, 0(a5)               # bss: not in the file
forever:
        j       forever

        .section .rodata
        .balign 8
table:  .dword  1, 2, 3, 5, 8, 13, 21, 34
end:

        .section .data
        .balign 8
sum:    .dword  0x1234

        .section .bss
        .balign 4096
buffer: .space  3 * 4096

# Prints "A" on COM1, then increments for ever one byte of every 4-KiB page from 1 MiB to the end of RAM, at most to
# 65 MiB, and prints "B" after each pass. A migration does not finish copying that RAM as long as it is slower than the
# guest.

        .include "boot-sector.inc"

        .set    MIB, 1 << 20
        .set    PAGE, 4096
        .set    CODE, 8                         # selectors into the GDT below
        .set    DATA, 16

        boot_sector_begin
        mov     al, 'A'
        call    put_byte

# CMOS 0x17 and 0x18: KiB above 1 MiB, at most 65535.
        mov     al, 0x18
        call    read_cmos
        mov     ah, al
        mov     al, 0x17
        call    read_cmos
        movzx   edi, ax
        shl     edi, 10
        add     edi, MIB

        in      al, 0x92                        # system control port A: bit 1 is A20, bit 0 a reset
        or      al, 2
        and     al, 0xfe
        out     0x92, al

        cli                                     # for good: there is no IDT
        lgdt    [gdt_register]
        mov     eax, cr0
        or      al, 1
        mov     cr0, eax
        ljmp    CODE, offset protected

read_cmos:                                      # keeps AH
        out     0x70, al
        in      al, 0x71
        ret

        define_put_byte

        .code32
protected:
        mov     ax, offset DATA
        mov     ds, ax
        mov     es, ax
        mov     ss, ax

pass:   mov     esi, MIB
page:   cmp     esi, edi
        jae     passed
        inc     byte ptr [esi]
        add     esi, PAGE
        jmp     page
passed:

# A "B" that the line does not take is dropped: whoever does not read COM1 must not stop the dirtying.
        mov     dx, offset COM1_LSR
        in      al, dx
        test    al, LSR_THR_EMPTY
        jz      pass
        mov     al, 'B'
        mov     dx, offset COM1
        out     dx, al
        jmp     pass

# Flat 4-GiB segments, ring 0; accessed bits are set already so that the CPU need not write here.
        .balign 8
gdt:    .quad   0
        .quad   0x00cf9b000000ffff              # CODE
        .quad   0x00cf93000000ffff              # DATA
gdt_register:
        .word   gdt_register - gdt - 1
        .long   gdt

        boot_sector_end

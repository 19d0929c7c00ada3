# Prints "idle\n" on COM1 and does nothing for ever, with interrupts enabled.

        .include "boot-sector.inc"

        boot_sector_begin
        mov     si, offset ready
        call    put_text
        sti
rest:   hlt
        jmp     rest

        define_put_byte
        define_put_text

ready:  .asciz  "idle\n"

        boot_sector_end

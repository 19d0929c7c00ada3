# Prints "obeying\n" on COM1 and waits there for letters. Each letter is echoed, then obeyed, then answered by
# "." (done), "!" (the device refused, or is not there) or "?" (no such letter): the harness decides when a thing
# happens.
#
#   R  reset through port 0xcf9                          O  power off (S5)
#   S  suspend to RAM           D  suspend to disk       W  let the watchdog expire            (-device ib700)
#   P  panicked                 C  crash loaded          H  shutdown                           (-device pvpanic)
#   T  set the clock's seconds to 0                      B  balloon: give what the host wants  (virtio-balloon-pci)
#   U  eject one PCI device for which device_del asked   (machine pc: bus 0)
#   M  report on memory slot 0, and eject it if device_del asked for that                      (machine pc, slots=)
#   r  read, w  write the first sector of the second disk
#
# After R, and after the wake-up that follows S, the guest boots again and "obeying\n" comes anew.

        .include "boot-sector.inc"

        .set    PM1A_CONTROL, 0x604             # as the firmware places it
        .set    SLEEP, 1 << 13                  # bits 10 to 12: 0 = S5, 1 = S3, 2 = S4 by QEMU's tables
        .set    PVPANIC, 0x505
        .set    IB700_ENABLE, 0x443
        .set    PCI_HOTPLUG, 0xae00             # QEMU, docs/specs/acpi_pci_hotplug
        .set    MEMORY_HOTPLUG, 0xa00           # QEMU, docs/specs/acpi_mem_hotplug
        .set    BALLOON, 0x10021af4             # PCI device and vendor number, transitional
        .set    VIRTIO_CONFIG, 0x14             # in the legacy I/O region, without MSI-X
        .set    ATA_DATA, 0x1f0                 # of the first channel
        .set    ATA_COUNT, ATA_DATA + 2
        .set    ATA_DEVICE, ATA_DATA + 6
        .set    ATA_STATUS, ATA_DATA + 7        # a command when written
        .set    ATA_BUSY, 0x80
        .set    ATA_FAULT, 0x21                 # device fault, error
        .set    ATA_DATA_REQUEST, 8
        .set    ATA_READ, 0x20
        .set    ATA_WRITE, 0x30

        boot_sector_begin
        mov     si, offset ready
        call    put_text

# A byte that arrives must end the HLT below: interrupt on data, IRQ 4 let through by UART (OUT2) and PIC.
        mov     dx, offset COM1_IER
        mov     al, 1
        out     dx, al
        mov     dx, offset COM1_MCR
        mov     al, 0x0b
        out     dx, al
        in      al, 0x21
        and     al, 0xef
        out     0x21, al

await:  cli                                     # no interrupt between the question and HLT: STI takes effect after it
        mov     dx, offset COM1_LSR
        in      al, dx
        test    al, LSR_DATA_READY
        jnz     1f
        sti
        hlt
        jmp     await
1:      sti
        mov     dx, offset COM1
        in      al, dx
        call    put_byte                        # keeps AL

        mov     si, offset letters
1:      cmp     byte ptr [si], 0
        je      unknown
        cmp     al, [si]
        je      1f
        add     si, 3
        jmp     1b
1:      call    [si + 1]                        # carry is clear as CMP found equality; set on return: refused
        mov     al, '.'
        jnc     answer
        mov     al, '!'
        jmp     answer
unknown:
        mov     al, '?'
answer: call    put_byte
        jmp     await

        define_put_byte
        define_put_text

reset:  mov     al, 6
        mov     dx, 0xcf9
        out     dx, al
1:      hlt
        jmp     1b

power_off:
        mov     ax, SLEEP
        jmp     sleep
suspend_to_ram:
        mov     ax, SLEEP | 1 << 10
        jmp     sleep
suspend_to_disk:
        mov     ax, SLEEP | 2 << 10
sleep:  mov     dx, offset PM1A_CONTROL
        out     dx, ax
        ret

panic:  mov     al, 1
        jmp     tell_pvpanic
crash_loaded:
        mov     al, 2
        jmp     tell_pvpanic
pv_shutdown:
        mov     al, 4
tell_pvpanic:
        mov     dx, offset PVPANIC
        out     dx, al
        ret

watchdog:                                       # 15 is the shortest of its 16 times: none
        mov     dx, offset IB700_ENABLE
        mov     al, 15
        out     dx, al
        ret

set_clock:                                      # RTC register 0: seconds
        xor     al, al
        out     0x70, al
        out     0x71, al
        ret

eject_pci:
        mov     dx, offset PCI_HOTPLUG + 0x10   # select bus 0
        xor     eax, eax
        out     dx, eax
        mov     dl, 0x04                        # slots to go
        in      eax, dx
        mov     dl, 0x08                        # eject the lowest of them
        out     dx, eax
        cmp     eax, 1                          # none: refused
        ret

report_memory:
        mov     dx, offset MEMORY_HOTPLUG       # select slot 0
        xor     eax, eax
        out     dx, eax
        mov     dl, 0x04                        # _OST: source event 1, device check
        inc     ax
        out     dx, eax
        mov     dl, 0x08                        # _OST: status 0, success
        dec     ax
        out     dx, eax
        mov     dl, 0x14
        in      al, dx
        test    al, 4                           # device_del asked
        jz      1f
        mov     al, 8                           # eject
        out     dx, al
1:      ret

balloon:
        mov     ebx, 0x80000000
1:      call    read_pci
        cmp     eax, BALLOON
        je      2f
        add     bh, 8                           # the next of 32 devices
        jnc     1b
        ret                                     # none: refused
2:      mov     bl, 0x10                        # base address 0
        call    read_pci
        lea     dx, [eax + VIRTIO_CONFIG - 1]   # bit 0 of a base address says "I/O"
        in      eax, dx                         # num_pages: wanted by the host
        add     dx, 4
        out     dx, eax                         # actual
        ret

        define_read_pci

read_sector:
        mov     ah, ATA_READ
        jmp     transfer
write_sector:                                   # this boot sector is as good as any contents
        mov     ah, ATA_WRITE
transfer:
        mov     dx, offset ATA_DEVICE
        mov     al, 0xf0                        # the second device, LBA
        out     dx, al
        mov     dl, ATA_COUNT & 0xff
        mov     al, 1
        out     dx, al
        xor     al, al                          # LBA 0
        mov     cx, 3
1:      inc     dx
        out     dx, al
        loop    1b
        mov     dl, ATA_STATUS & 0xff
        mov     al, ah
        out     dx, al
        call    await_ata
        jc      1f
        test    al, ATA_DATA_REQUEST
        jnz     2f
        stc
1:      ret
2:      mov     dl, ATA_DATA & 0xff
        mov     cx, 256
        mov     si, 0x7c00
        mov     di, 0x7e00
        cmp     ah, ATA_READ
        je      1f
        rep     outsw
        jmp     await_ata
1:      rep     insw

await_ata:                                      # sets carry for a fault
        mov     dx, offset ATA_STATUS
1:      in      al, dx
        test    al, ATA_BUSY
        jnz     1b
        test    al, ATA_FAULT
        jz      2f
        stc
2:      ret

        .macro  letter character, routine
        .byte   \character
        .word   \routine
        .endm
letters:
        letter  'R', reset
        letter  'O', power_off
        letter  'S', suspend_to_ram
        letter  'D', suspend_to_disk
        letter  'W', watchdog
        letter  'P', panic
        letter  'C', crash_loaded
        letter  'H', pv_shutdown
        letter  'T', set_clock
        letter  'B', balloon
        letter  'U', eject_pci
        letter  'M', report_memory
        letter  'r', read_sector
        letter  'w', write_sector
        .byte   0

ready:  .asciz  "obeying\n"

        boot_sector_end

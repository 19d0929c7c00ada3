# The firmware that starts the guests, in place of a BIOS: it takes a few thousand instructions where a BIOS takes
# millions, which matters wherever real mode is emulated instruction by instruction. It is the end of a ROM of 64 KiB,
# at whose start the boot sector lies. It offers no services: guests speak with the hardware.
#
# What it leaves to the boot sector, beside what every BIOS does:
#   - interrupts do nothing and need no acknowledgement; all IRQs are masked at the PICs, which have vectors 8 and 0x70
#   - the ACPI registers of PIIX4 (machine pc) and ICH9 (q35) are at 0x600, as SeaBIOS has them
#   - the local APIC passes on what the PICs report
#   - the devices on PCI bus 0 have base addresses and answer to them, but for bridges
# A reset and the wake-up from S3 both begin here, and boot.

        .include "boot-sector.inc"

        .set    SEGMENT, 0xf000                 # the ROM's last 64 KiB, in reach of real mode
        .set    BOOT_SECTOR, 0x7c00
        .set    SECTOR_SIZE, 512
        .set    FIRST_DISK, 0x80

        .set    PIC1, 0x20
        .set    PIC2, 0xa0

        .set    APIC, 0xfee00000
        .set    APIC_SPURIOUS, 0xf0
        .set    APIC_LINT0, 0x350
        .set    DATA, 8                         # selector into the GDT below

        .set    PCI_ENABLE, 1 << 31
        .set    PCI_FUNCTION, 1 << 8            # the lowest bit of the number of a function …
        .set    PCI_BUS, 16                     # … and the place of that of a bus
        .set    PCI_COMMAND, 0x04
        .set    PCI_HEADER_TYPE, 0x0c           # in the third byte
        .set    PCI_BASE_ADDRESS, 0x10
        .set    PCI_CARDBUS_POINTER, 0x28       # what follows the last base address
        .set    PCI_MULTIFUNCTION, 1 << 7

        .set    MEMORY, 0xe0000000              # base addresses, given upwards: above RAM, below the APICs …
        .set    PORTS, 0xc000                   # … and above all that machines have at fixed ports

        .set    PIIX4_PM, 0x71138086
        .set    ICH9_LPC, 0x29188086
        .set    PM_BASE, 0x40                   # of both
        .set    PIIX4_PM_ENABLE, 0x80
        .set    ICH9_ACPI_CONTROL, 0x44
        .set    ACPI, 0x600

        .globl  _start
_start: cli
        cld
        xor     ax, ax
        mov     es, ax
        mov     ss, ax
        mov     esp, offset BOOT_SECTOR

        xor     di, di                          # the interrupt vectors
        mov     eax, offset nothing + (SEGMENT << 16)
        mov     cx, 256
        rep     stosd

        mov     ax, cs
        mov     ds, ax
        mov     si, offset pic_words            # pairs of port and value
        mov     cl, offset PIC_WORDS
        xor     dx, dx
1:      lodsw
        mov     dl, al
        mov     al, ah
        out     dx, al
        loop    1b

# The local APIC passes the PICs' interrupts on only when told to. Data segments of 4 GiB reach it, in protected mode.
        lgdt    [gdt]
        mov     eax, cr0
        or      al, 1
        mov     cr0, eax
        mov     cx, offset DATA
        mov     ds, cx
        mov     edx, APIC
        mov     dword ptr [edx + APIC_SPURIOUS], 0x1ff # enabled
        mov     dword ptr [edx + APIC_LINT0], 0x700 # ExtINT
        and     al, 0xfe
        mov     cr0, eax
        mov     ax, cs
        mov     ds, ax

        mov     esi, MEMORY
        mov     edi, PORTS
        mov     ebx, PCI_ENABLE
function:
        xor     bl, bl
        call    read_pci
        cmp     ax, -1
        je      absent

        cmp     eax, PIIX4_PM
        je      piix4
        cmp     eax, ICH9_LPC
        jne     no_acpi
        mov     bl, ICH9_ACPI_CONTROL
        call    read_pci
        mov     al, 0x80
        jmp     enable_acpi
piix4:  mov     bl, PIIX4_PM_ENABLE
        call    read_pci
        mov     al, 1
enable_acpi:
        out     dx, eax
        mov     bl, PM_BASE
        call    read_pci
        mov     eax, ACPI | 1                   # bit 0: ports
        out     dx, eax
no_acpi:

        mov     bl, PCI_HEADER_TYPE
        call    read_pci
        shr     eax, 16
        push    ax
        test    al, ~PCI_MULTIFUNCTION & 0xff   # 0: a device, no bridge
        jnz     2f

# A base address into which only ones were written has zeros in the bits below the region's size, but for the lowest
# four, which tell its kind. Regions lie at multiples of their size.
        mov     bl, PCI_BASE_ADDRESS
1:      call    read_pci
        or      eax, -1
        out     dx, eax
        in      eax, dx
        test    eax, eax
        jz      4f
        push    ax
        mov     ecx, eax
        and     cl, 0xf0                        # for ports, too: 16 is the least that a region gets
        test    al, 1                           # ports?
        pushf
        jz      3f
        xchg    esi, edi
3:      not     ecx
        add     esi, ecx                        # up to the next multiple
        not     ecx
        and     esi, ecx
        mov     eax, esi
        out     dx, eax
        sub     esi, ecx                        # ECX is the size, negative
        popf
        jz      3f
        xchg    esi, edi
3:      pop     ax
        and     al, 7
        cmp     al, 4                           # memory, 64 bits: the upper 32 are zero already
        jne     4f
        add     bl, 4
4:      add     bl, 4
        cmp     bl, PCI_CARDBUS_POINTER
        jb      1b

        mov     bl, PCI_COMMAND
        call    read_pci
        or      al, 3                           # answer to ports and memory
        out     dx, eax

2:      pop     ax
        test    al, PCI_MULTIFUNCTION
        jnz     next
absent: test    bh, 7                           # a device without function 0, or with no other, is done
        jnz     next
        or      bh, 7
next:   xor     bl, bl
        add     ebx, PCI_FUNCTION
        bt      ebx, PCI_BUS
        jnc     function

        xor     si, si                          # the boot sector, at the ROM's start
        mov     di, offset BOOT_SECTOR
        mov     cx, SECTOR_SIZE / 4
        rep     movsd
        mov     dl, FIRST_DISK
        ljmp    0, offset BOOT_SECTOR

        define_read_pci

nothing:
        iret

pic_words:
        .byte   PIC1, 0x11, PIC2, 0x11          # initialisation, in four words each
        .byte   PIC1 + 1, 0x08, PIC2 + 1, 0x70  # vectors
        .byte   PIC1 + 1, 4, PIC2 + 1, 2        # the second hangs on IRQ 2 of the first
        .byte   PIC1 + 1, 3, PIC2 + 1, 3        # for x86, acknowledged automatically
        .byte   PIC1 + 1, 0xff, PIC2 + 1, 0xff  # all masked
        .set    PIC_WORDS, (. - pic_words) / 2

gdt:    .word   15                              # the first descriptor is never used: its place is the register's
        .long   gdt + (SEGMENT << 4)
        .word   0
        .quad   0x00cf93000000ffff              # data, base 0, limit 4 GiB

# The processor's first instruction.
        .org    496
        ljmp    SEGMENT, offset _start
        boot_sector_end

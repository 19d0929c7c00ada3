# Prints "driving\n" on COM1 and waits there for letters. Each is obeyed, then answered by "." (done), "!" (there is no
# such device) or "?" (no such letter). What it drives is the first virtio device on PCI bus 0; it must not have a
# legacy interface.
#
#   d  drive it: accept all features, start all queues
#   f  of a network device: offer 64 buffers of 1536 bytes to receive into, set the filters: three multicast addresses,
#      and VLAN 4
#   o  open port 1 of a serial device
#   s  send a SCSI controller a command for a unit that does not exist

        .include "boot-sector.inc"

        .set    VIRTIO, 0x1af4                  # PCI vendor number

# The common configuration (Virtio 1.0, section 4.1.4.3), which QEMU places at the start of base address 4.
        .set    FEATURE_SELECT, 0x00
        .set    FEATURE, 0x04
        .set    DRIVER_FEATURE_SELECT, 0x08
        .set    DRIVER_FEATURE, 0x0c
        .set    QUEUES, 0x12
        .set    STATUS, 0x14
        .set    QUEUE_SELECT, 0x16
        .set    QUEUE_ENABLE, 0x1c
        .set    QUEUE_DESCRIPTORS, 0x20
        .set    QUEUE_AVAILABLE, 0x28
        .set    QUEUE_USED, 0x30
        .set    NOTIFY, 0x3000                  # four bytes for each queue

# Each queue has 32 KiB, from 4 MiB on: memory that the firmware left as it was, zero.
        .set    RINGS, 4 << 20
        .set    RING_SHIFT, 15
        .set    AVAILABLE, 0x4000
        .set    USED, 0x6000
        .set    BUFFER, 8 << 20                 # whatever a device writes goes there
        .set    BUFFERS, 64
        .set    BUFFER_SIZE, 1536
        .set    ANSWER_SIZE, 108                # of a SCSI controller; the others use the first byte, or none
        .set    DESCRIPTOR_NEXT, 1
        .set    DESCRIPTOR_WRITE, 2

        boot_sector_begin
        enter_protected_mode

        mov     esi, offset ready
1:      lodsb
        call    put_byte
        cmp     al, '\n'
        jne     1b
        jmp     await

open:   call    send
done:   mov     al, '.'
answer: call    put_byte

await:  mov     dx, offset COM1_LSR
        in      al, dx
        test    al, LSR_DATA_READY
        jz      await
        mov     dx, offset COM1
        in      al, dx

        mov     edi, offset multicast
        cmp     al, 'f'
        je      filter
        mov     edi, offset port_open
        cmp     al, 'o'
        je      open
        mov     edi, offset scsi_command
        cmp     al, 's'
        je      open
        cmp     al, 'd'
        mov     al, '?'
        jne     answer

# Drives the first device. ESI, from here on: its common configuration.
        mov     ebx, 0x80000000
1:      call    read_pci
        cmp     ax, offset VIRTIO
        je      2f
        add     bh, 8                           # the next of 32 devices
        jnc     1b
        mov     al, '!'
        jmp     answer
2:      mov     bl, 0x20
        call    read_pci
        and     al, 0xf0
        mov     esi, eax
        mov     bl, 4
        call    read_pci
        or      al, 7                           # let it answer to ports and memory, and reach into ours
        out     dx, eax

        xor     ecx, ecx
        mov     byte ptr [esi + STATUS], 3      # acknowledged, driver; it is still as a reset left it
1:      mov     [esi + FEATURE_SELECT], ecx
        mov     [esi + DRIVER_FEATURE_SELECT], ecx
        mov     eax, [esi + FEATURE]
        mov     [esi + DRIVER_FEATURE], eax
        xor     cl, 1
        jnz     1b
        mov     byte ptr [esi + STATUS], 0x0b   # … features

        mov     eax, RINGS
1:      mov     [esi + QUEUE_SELECT], cx
        mov     [esi + QUEUE_DESCRIPTORS], eax
        add     eax, AVAILABLE
        mov     [esi + QUEUE_AVAILABLE], eax
        add     eax, USED - AVAILABLE
        mov     [esi + QUEUE_USED], eax
        add     eax, (1 << RING_SHIFT) - USED
        mov     word ptr [esi + QUEUE_ENABLE], 1
        inc     ecx
        cmp     cx, [esi + QUEUES]
        jb      1b
        mov     byte ptr [esi + STATUS], 0x0f   # … all is well
        jmp     done

filter:
        mov     ebx, RINGS
        xor     eax, eax
1:      mov     dword ptr [ebx], BUFFER
        mov     word ptr [ebx + 8], BUFFER_SIZE
        mov     byte ptr [ebx + 12], DESCRIPTOR_WRITE
        mov     [RINGS + AVAILABLE + 4 + eax * 2], ax
        add     ebx, 16
        inc     eax
        cmp     al, BUFFERS
        jb      1b
        mov     [RINGS + AVAILABLE + 2], ax
        call    send
        mov     edi, offset vlan
        jmp     open

        define_put_byte

        define_read_pci

# Sends message EDI, whose first byte is its length, on the queue in the second. ANSWER_SIZE bytes of answer have room.
send:   movzx   eax, byte ptr [edi]
        movzx   ecx, byte ptr [edi + 1]
        inc     edi
        inc     edi
        mov     ebx, ecx
        shl     ebx, RING_SHIFT
        add     ebx, RINGS
        mov     [ebx], edi
        mov     [ebx + 8], eax
        mov     dword ptr [ebx + 12], DESCRIPTOR_NEXT | 1 << 16
        mov     dword ptr [ebx + 16], BUFFER
        mov     byte ptr [ebx + 24], ANSWER_SIZE
        mov     byte ptr [ebx + 28], DESCRIPTOR_WRITE
        inc     word ptr [ebx + AVAILABLE + 2]
        mov     [esi + ecx * 4 + NOTIFY], cx
1:      mov     ax, [ebx + AVAILABLE + 2]
        cmp     ax, [ebx + USED + 2]
        jne     1b
        ret

        define_gdt

multicast:                                      # class 1: unicast addresses, none, and multicast addresses, 3
        .byte   28, 2, 1, 0
        .long   0, 3
        .byte   0x01, 0x00, 0x5e, 0x00, 0x00, 0x01
        .byte   0x33, 0x33, 0x00, 0x00, 0x00, 0x01
        .byte   0x33, 0x33, 0xff, 0x12, 0x34, 0x56
vlan:   .byte   4, 2, 2, 0                      # class 2: add a VLAN
        .word   4
port_open:
        .byte   8, 3
        .long   1                               # port
        .word   6, 1                            # open: yes

ready:  .ascii  "driving\n"

scsi_command:                                   # whatever follows here is for no unit: a unit's number begins with 1
        .byte   51, 2

        boot_sector_end

# Gives the first rocker switch on PCI bus 0 one flow (ingress port table) and four groups (L2 interface), and prints "."
# on COM1 for each that it took, "....." in all, and "!" for what it refused. Where there is no switch it says nothing.
#
# Registers, rings and tables: QEMU, docs/specs/rocker.

        .include "boot-sector.inc"

        .set    ROCKER, 0x00061b36              # PCI device and vendor number

        .set    RING_ADDRESS, 0x1000            # of ring 0, for commands; 64 bits
        .set    RING_SIZE, 0x1008
        .set    RING_HEAD, 0x100c
        .set    RING_TAIL, 0x1010

        .set    RING, 4 << 20                   # memory that the firmware left as it was, zero
        .set    DESCRIPTORS, 8
        .set    DESCRIPTOR_SHIFT, 5             # 32 bytes each
        .set    BUFFER_SIZE, 16                 # in a descriptor: 16 bits
        .set    TLV_SIZE, 18
        .set    COMPLETION, 30                  # bit 15: completed; the others: 0, or an error

        .set    COMMAND_TYPE, 1                 # types of TLVs; these two make a command
        .set    COMMAND_INFO, 2
        .set    TABLE_ID, 1                     # and these stand in the second
        .set    PRIORITY, 2
        .set    HARDTIME, 3
        .set    COOKIE, 5
        .set    IN_PPORT, 6
        .set    IN_PPORT_MASK, 7
        .set    OUT_PPORT, 8
        .set    GOTO_TABLE_ID, 9
        .set    GROUP_ID, 10
        .set    POP_VLAN, 59

        .set    FLOW_ADD, 3                     # command types
        .set    GROUP_ADD, 7
        .set    INGRESS_PORT, 0                 # tables
        .set    VLAN, 10

        boot_sector_begin
        enter_protected_mode

        mov     ebx, 0x80000000
1:      add     bh, 8                           # the next of 32 devices, round and round
        call    read_pci
        cmp     eax, ROCKER
        jne     1b
        mov     bl, 4
        call    read_pci
        or      al, 7                           # let it answer to ports and memory, and reach into ours
        out     dx, eax
        mov     bl, 0x10
        call    read_pci
        and     al, 0xf0
        mov     esi, eax                        # ESI, from here on: its registers

        mov     dword ptr [esi + RING_ADDRESS], RING
        and     dword ptr [esi + RING_ADDRESS + 4], 0
        mov     dword ptr [esi + RING_SIZE], DESCRIPTORS
        xor     ecx, ecx                        # the ring's head

        mov     edi, offset flow_add
        mov     dl, offset flow_add_end - flow_add
        call    send

        mov     ebx, offset groups
1:      mov     eax, [ebx]
        mov     [group_id], eax
        mov     [out_pport], ax                 # the lower half of such an id is its port
        mov     edi, offset group_add
        mov     dl, offset group_add_end - group_add
        call    send
        add     ebx, 4
        cmp     ebx, offset groups_end
        jb      1b

rest:   hlt
        jmp     rest

# Sends the command of DL bytes at EDI by descriptor ECX, and moves ECX on.
send:   mov     ebp, ecx
        shl     ebp, DESCRIPTOR_SHIFT
        add     ebp, RING
        movzx   edx, dl
        mov     [ebp], edi
        mov     [ebp + BUFFER_SIZE], dx
        mov     [ebp + TLV_SIZE], dx
        inc     ecx
        mov     [esi + RING_HEAD], ecx
1:      cmp     [esi + RING_TAIL], ecx
        jne     1b
        mov     al, '.'
        cmp     word ptr [ebp + COMPLETION], 0x8000
        je      put_byte
        mov     al, '!'

        define_put_byte

        define_read_pci

        define_gdt

# A TLV: its type, its length with these eight bytes, a value; both begin at multiples of eight.
        .macro  tlv type, size, value
        .long   \type, 8 + \size
        .quad   \value
        .endm

        .balign 8
flow_add:
        tlv     COMMAND_TYPE, 2, FLOW_ADD
flow_info:
        .long   COMMAND_INFO, flow_add_end - flow_info
        tlv     TABLE_ID, 2, INGRESS_PORT
        tlv     PRIORITY, 4, 1
        tlv     HARDTIME, 4, 0                  # stays until it is deleted
        tlv     COOKIE, 8, 0
        tlv     IN_PPORT, 4, 0
        tlv     IN_PPORT_MASK, 4, 0xffff0000
        tlv     GOTO_TABLE_ID, 2, VLAN
flow_add_end:

group_add:
        tlv     COMMAND_TYPE, 2, GROUP_ADD
group_info:
        .long   COMMAND_INFO, group_add_end - group_info
        tlv     OUT_PPORT, 4, 0
        .set    out_pport, . - 8
        tlv     POP_VLAN, 1, 1
        tlv     GROUP_ID, 4, 0
        .set    group_id, . - 8
group_add_end:

# From the highest bit on: type (0: L2 interface), VLAN, port.
groups: .long   0x0f010002, 0x0f010000, 0x0f000001, 0x0f000000
groups_end:

        boot_sector_end

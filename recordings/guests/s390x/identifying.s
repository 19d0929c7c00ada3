# Identifies itself once by the service-call logical processor (SCLP), and then waits for ever. It has no console.
#
# The machine s390-ccw-virtio loads it to address 0, as a kernel, and enters it where the IPL PSW says.

        .set    WRITE_EVENT_DATA, 0x00760005
        .set    CONTROL_PROGRAM_IDENTIFICATION, 0x0b
        .set    SPACE, 0x40                     # texts are EBCDIC, and eight characters long
        .set    BLOCK, 0x2000                   # the SCLP takes nothing from the first 8 KiB

        .globl  _start
_start: .long   0x00080000, 0x80000000 + start  # IPL PSW: 31 bits

start:  lghi    %r2, BLOCK
        mvc     0(end - block, %r2), block
        llilf   %r1, WRITE_EVENT_DATA
1:      .insn   rre, 0xb2200000, %r1, %r2       # SERVC
        jh      1b                              # busy
        lpswe   waiting

        .balign 8
waiting:                                        # enabled for I/O interruptions, of which none comes
        .quad   0x0202000180000000, 0

block:  .short  end - block
        .byte   0                               # normal write
        .fill   3
        .short  0                               # the response

event:  .short  end - event
        .byte   CONTROL_PROGRAM_IDENTIFICATION
        .fill   3
        .fill   2
        .fill   8, 1, SPACE                     # system type
        .quad   0
        .byte   0xc7, 0xe4, 0xc5, 0xe2, 0xe3, SPACE, SPACE, SPACE # system name: GUEST
        .quad   0
        .quad   1                               # system level
        .quad   0
        .fill   8, 1, SPACE                     # sysplex name
        .fill   16
end:
        .org    512

# Keeps what it has: without end, asks the hypervisor to unisolate each of the first 16 cores and of the first 16 blocks
# of memory of 256 MiB. It is how a pSeries guest says that it does not give up what device_del asked for; at any other
# time, and of what is not there, it says nothing. It has no console.
#
# The machine pseries loads it to address 0, in place of its firmware, and enters it at 0x100, big endian, in real mode.
# The call: QEMU, docs/specs/ppc-spapr-hcalls and ppc-spapr-hotplug.

        .set    H_RTAS, 0xf000
        .set    SET_INDICATOR, 0x201a           # RTAS token, as the device tree says; the same in all releases
        .set    ISOLATION_STATE, 9001
        .set    UNISOLATE, 1
        .set    CORES, 0x1000                   # upper halves of the indexes of dynamic-reconfiguration connectors
        .set    BLOCKS, 0x8000
        .set    COUNT, 16

        .globl  _start
_start: .org    0x100
        lis     31, CORES
kind:   li      30, COUNT
one:    addi    30, 30, -1
        or      3, 31, 30
        stw     3, index(0)
        li      3, 0                            # LI alone would extend the sign
        ori     3, 3, H_RTAS
        li      4, parameters
        sc      1                               # a call to the hypervisor; it keeps r30 and r31
        cmpwi   30, 0
        bne     one
        xoris   31, 31, CORES ^ BLOCKS
        b       kind

parameters:
        .long   SET_INDICATOR, 3, 1             # three arguments, one result
        .long   ISOLATION_STATE
index:  .long   0
        .long   UNISOLATE
        .long   0                               # the result

        .org    512

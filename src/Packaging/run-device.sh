#!/bin/sh
# The device tests, then the device benchmark, which tells each device's rows per second and share of its peak. Ends with 0 only if
# a GPU was found and everything succeeded, and with 3 if there is none but the tests that need none passed: then nothing is measured.
# 'run.sh cpu' tries the folder itself on ILGPU's CPU accelerator.
here=$(cd "$(dirname "$0")" && pwd) || exit 1
chmod u+x "$here/ExactCompression.Campaign" "$here/ExactCompression.Benchmarks" # which some ways of copying lose
status=0
case "$1" in
    '')
        "$here/ExactCompression.Campaign" devices
        case $? in
            0) ;;
            3)
                echo "FAILED: no GPU was found, so nothing ran on one. Where there is one, its driver must be installed and visible" \
                    "here (libcuda.so or an OpenCL driver). '$0 cpu' tries this folder without one." >&2
                exit 3 ;;
            *) status=1 ;;
        esac
        "$here/ExactCompression.Benchmarks" device || status=1 ;;
    cpu)
        "$here/ExactCompression.Campaign" devices cpu || status=1
        "$here/ExactCompression.Benchmarks" device --device IlgpuCpu --rows 256 --widths 32 --channels 0 --repeats 1 || status=1 ;;
    *)
        echo "usage: $0 [cpu]" >&2
        exit 2 ;;
esac
[ "$status" -eq 0 ] && echo 'Everything succeeded.' || echo 'Something FAILED; see above.'
exit "$status"

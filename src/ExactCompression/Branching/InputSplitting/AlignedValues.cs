using System.Runtime.CompilerServices;

namespace ExactCompression.Branching.InputSplitting;

/// <summary>Doubles at a fixed, aligned place, 0 at first, for as long as this object is in use.</summary>
internal sealed unsafe class AlignedValues
{
    private const int Alignment = 64;

    private readonly double[] memory;
    private readonly double* start;

    /// <summary>Allocates them.</summary>
    /// <param name="count">How many.</param>
    public AlignedValues(int count)
    {
        memory = GC.AllocateArray<double>(count + (Alignment / sizeof(double)), pinned: true);
        nuint at = (nuint)Unsafe.AsPointer(ref memory[0]);
        start = (double*)((at + Alignment - 1) / Alignment * Alignment);
    }

    /// <summary>The address of a value.</summary>
    /// <param name="index">0-based.</param>
    public double* At(int index) => start + index;
}

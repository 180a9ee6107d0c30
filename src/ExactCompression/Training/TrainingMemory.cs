using System.Runtime.InteropServices;

namespace ExactCompression.Training;

/// <summary>Aligned memory for values of training, outside of the collected heap.</summary>
internal static unsafe class TrainingMemory
{
    /// <summary>Takes memory, all zeros.</summary>
    /// <param name="length">How many values.</param>
    public static float* Allocate(nint length)
    {
        nuint bytes = checked((nuint)length * sizeof(float));
        void* memory = NativeMemory.AlignedAlloc(bytes, 64);
        NativeMemory.Clear(memory, bytes);
        return (float*)memory;
    }

    /// <summary>Releases memory.</summary>
    /// <param name="memory">Null for none.</param>
    public static void Free(float* memory) => NativeMemory.AlignedFree(memory);
}

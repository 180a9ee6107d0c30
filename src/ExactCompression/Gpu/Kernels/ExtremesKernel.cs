using ExactCompression.Stability;
using ILGPU;

namespace ExactCompression.Gpu.Kernels;

/// <summary>The smallest and largest pre-activation of each neuron over the batch, and the points that reach them.</summary>
/// <remarks>
/// One group a neuron. Its threads stride along the neuron's row (coalesced), each keeping its own extremes, and merge them in a tree in shared memory.
/// Every comparison with a NaN is false, so a NaN never enters; equal values go to the lower point whatever the order of merging.
/// </remarks>
internal static class ExtremesKernel
{
    private const int MaxThreads = Tile.MaxEdge * Tile.MaxEdge;

    /// <summary>A point number that stands for none: any point comes before it.</summary>
    private const int None = int.MaxValue;

    /// <param name="z">M x N.</param>
    /// <param name="extremes">Length M.</param>
    public static void Run(MatrixView z, ArrayView<NeuronExtremes> extremes)
    {
        ArrayView<float> least = SharedMemory.Allocate1D<float>(MaxThreads);
        ArrayView<float> most = SharedMemory.Allocate1D<float>(MaxThreads);
        ArrayView<int> leastAt = SharedMemory.Allocate1D<int>(MaxThreads);
        ArrayView<int> mostAt = SharedMemory.Allocate1D<int>(MaxThreads);
        int thread = Group.IdxX;
        int neuron = Grid.IdxX;

        float minimum = float.PositiveInfinity;
        float maximum = float.NegativeInfinity;
        int minimumAt = None;
        int maximumAt = None;
        for (int n = thread; n < z.IntExtent.Y; n += Group.DimX)
        {
            float value = z[neuron, n];
            if (value < minimum || (value == minimum && n < minimumAt))
            {
                minimum = value;
                minimumAt = n;
            }

            if (value > maximum || (value == maximum && n < maximumAt))
            {
                maximum = value;
                maximumAt = n;
            }
        }

        least[thread] = minimum;
        leastAt[thread] = minimumAt;
        most[thread] = maximum;
        mostAt[thread] = maximumAt;
        Group.Barrier();

        // Merge: the number of threads is a power of two; each round halves what is left.
        for (int half = Group.DimX / 2; half > 0; half /= 2)
        {
            if (thread < half)
            {
                int other = thread + half;
                if (least[other] < least[thread] || (least[other] == least[thread] && leastAt[other] < leastAt[thread]))
                {
                    least[thread] = least[other];
                    leastAt[thread] = leastAt[other];
                }

                if (most[other] > most[thread] || (most[other] == most[thread] && mostAt[other] < mostAt[thread]))
                {
                    most[thread] = most[other];
                    mostAt[thread] = mostAt[other];
                }
            }

            Group.Barrier();
        }

        if (thread == 0)
        {
            extremes[neuron] = new NeuronExtremes(
                least[0],
                most[0],
                leastAt[0] == None ? -1 : leastAt[0],
                mostAt[0] == None ? -1 : mostAt[0]);
        }
    }
}

using ExactCompression.Witnesses;
using ILGPU;

namespace ExactCompression.Gpu.Kernels;

/// <summary>
/// For each wanted sign target the largest value of the batch; where it is a candidate, its point is kept before the batch moves on.
/// </summary>
/// <remarks>
/// One group per sign target, and none for a settled one. Its threads stride along the sign target's row of tiles (coalesced) and merge
/// their values in a tree in shared memory; of equal values the lower point wins, whatever the order of merging. The point's values are a
/// row apart, so this copy is not coalesced; but few passes find a candidate.
/// </remarks>
internal static class CandidateKernel
{
    private const int MaxThreads = Tile.MaxEdge * Tile.MaxEdge;

    /// <param name="signTargets">The wanted sign targets: one per group.</param>
    /// <param name="tiles">Sign targets x tiles: the largest of each tile.</param>
    /// <param name="largest">One per sign target: the largest of the batch.</param>
    /// <param name="x">K x N: the points.</param>
    /// <param name="proposed">One per sign target: the value of the last candidate, at first 0.</param>
    /// <param name="places">One per sign target: where its candidate was found, the pass and the point; 0 for no candidate since the host
    /// last read it.</param>
    /// <param name="kept">Sign targets x K: the candidates themselves.</param>
    /// <param name="found">One element, set where there is a candidate: the only value that the host reads until there is one.</param>
    /// <param name="pass">The number of the pass, from 1.</param>
    public static void Run(
        ArrayView<int> signTargets,
        RankedView tiles,
        ArrayView<RankedPoint> largest,
        MatrixView x,
        ArrayView<float> proposed,
        ArrayView<long> places,
        MatrixView kept,
        ArrayView<int> found,
        int pass)
    {
        ArrayView<float> values = SharedMemory.Allocate1D<float>(MaxThreads);
        ArrayView<int> points = SharedMemory.Allocate1D<int>(MaxThreads);
        int thread = Group.IdxX;
        int signTarget = signTargets[Grid.IdxX];

        float value = float.NegativeInfinity;
        int point = -1;
        for (int tile = thread; tile < tiles.IntExtent.Y; tile += Group.DimX)
        {
            // Tiles come in the order of their points, so the first of equals is the lowest.
            RankedPoint best = tiles[signTarget, tile];
            if (best.Value > value)
            {
                value = best.Value;
                point = best.Point;
            }
        }

        values[thread] = value;
        points[thread] = point;
        Group.Barrier();

        // Merge: the number of threads is a power of two; each round halves the rest. -1, for no point, is the largest unsigned number.
        for (int half = Group.DimX / 2; half > 0; half /= 2)
        {
            if (thread < half)
            {
                int other = thread + half;
                if (values[other] > values[thread] || (values[other] == values[thread] && (uint)points[other] < (uint)points[thread]))
                {
                    values[thread] = values[other];
                    points[thread] = points[other];
                }
            }

            Group.Barrier();
        }

        value = values[0];
        point = points[0];
        bool isCandidate = value > 0f && value > proposed[signTarget] * WitnessCandidate.Growth;
        Group.Barrier();
        if (thread == 0)
        {
            largest[signTarget] = new RankedPoint { Value = value, Point = point };
            if (isCandidate)
            {
                proposed[signTarget] = value;
                places[signTarget] = ((long)pass << 32) | (uint)point;
                found[0] = 1;
            }
        }

        if (isCandidate)
        {
            for (int k = thread; k < x.IntExtent.X; k += Group.DimX)
                kept[signTarget, k] = x[k, point];
        }
    }
}

using ILGPU;

namespace ExactCompression.Gpu.Kernels;

/// <summary>
/// Keeps, for each wanted sign target, good points to start an attack from: the best of each of <c>S</c> shares of all points seen.
/// </summary>
/// <remarks>
/// A tile's best point competes in the share of the tile's number modulo <c>S</c>, so nothing is sorted and no two threads conflict: a
/// group per sign target, a thread per share. The shares also keep the starts apart: near neighbours in the data would climb the same
/// slope.
/// </remarks>
internal static class StartsKernel
{
    /// <param name="signTargets">The wanted sign targets: one per group.</param>
    /// <param name="tiles">Sign targets x tiles: the largest of each tile of the batch.</param>
    /// <param name="starts">Sign targets x S; changed.</param>
    /// <param name="first">The number of the batch's first point.</param>
    public static void Run(ArrayView<int> signTargets, RankedView tiles, RankedView starts, int first)
    {
        int signTarget = signTargets[Grid.IdxX];
        int shares = starts.IntExtent.Y;
        for (int share = Group.IdxX; share < shares; share += Group.DimX)
        {
            RankedPoint best = starts[signTarget, share];
            float value = best.Value;
            int point = best.Point;
            for (int tile = share; tile < tiles.IntExtent.Y; tile += shares)
            {
                RankedPoint other = tiles[signTarget, tile];
                if (other.Value > value)
                {
                    value = other.Value;
                    point = first + other.Point;
                }
            }

            starts[signTarget, share] = new RankedPoint { Value = value, Point = point };
        }
    }
}

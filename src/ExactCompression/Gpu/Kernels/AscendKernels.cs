using ILGPU;

namespace ExactCompression.Gpu.Kernels;

/// <summary>One step up the gradient, with momentum, inside the box.</summary>
internal static class AscendKernels
{
    /// <summary><c>mean[n] = Σ_k |G[k, n]| / K</c>.</summary>
    /// <remarks>
    /// Each column of a group's threads shares one point: every thread sums its rows (neighbouring threads read neighbouring points,
    /// coalesced), then the first adds up the column's partial sums. That keeps <c>T</c> times as many loads in flight as one thread a
    /// point would.
    /// </remarks>
    /// <param name="gradient">K x N.</param>
    /// <param name="mean">Length N.</param>
    public static void MeanMagnitude(MatrixView gradient, ArrayView<float> mean)
    {
        ArrayView<float> partial = SharedMemory.Allocate1D<float>(Tile.MaxEdge * Tile.MaxEdge);
        int n = (Grid.IdxX * Group.DimX) + Group.IdxX;
        float sum = 0;
        if (n < gradient.IntExtent.Y)
        {
            for (int k = Group.IdxY; k < gradient.IntExtent.X; k += Group.DimY)
                sum += Math.Abs(gradient[k, n]);
        }

        partial[(Group.IdxY * Group.DimX) + Group.IdxX] = sum;
        Group.Barrier();
        if (Group.IdxY == 0 && n < gradient.IntExtent.Y)
        {
            float total = 0;
            for (int row = 0; row < Group.DimY; row++)
                total += partial[(row * Group.DimX) + Group.IdxX];
            mean[n] = total / gradient.IntExtent.X;
        }
    }

    /// <summary><c>m = μ m + g / mean|g|</c>, <c>x = clip(x + step (u - l) sign(m))</c>, element by element.</summary>
    /// <remarks>
    /// Where the mean is 0 (a dead point) or not finite there is no direction to add: the point continues by its momentum.
    /// </remarks>
    /// <param name="gradient">K x N.</param>
    /// <param name="mean">Length N.</param>
    /// <param name="momentum">K x N; changed.</param>
    /// <param name="x">K x N; changed.</param>
    /// <param name="lower">Length K.</param>
    /// <param name="upper">Length K.</param>
    /// <param name="width">Length K: <c>u - l</c>.</param>
    /// <param name="step">Share of the width.</param>
    /// <param name="decay">μ, 0 to 1.</param>
    public static void Step(
        MatrixView gradient,
        ArrayView<float> mean,
        MatrixView momentum,
        MatrixView x,
        ArrayView<float> lower,
        ArrayView<float> upper,
        ArrayView<float> width,
        float step,
        float decay)
    {
        int n = (Grid.IdxX * Group.DimX) + Group.IdxX;
        if (n >= x.IntExtent.Y)
            return;
        float scale = mean[n];
        bool directed = scale > 0f && scale <= float.MaxValue;
        for (int k = (Grid.IdxY * Group.DimY) + Group.IdxY; k < x.IntExtent.X; k += Grid.DimY * Group.DimY)
        {
            float m = decay * momentum[k, n];
            if (directed)
                m += gradient[k, n] / scale;
            momentum[k, n] = m;

            float stride = step * width[k];
            float moved = x[k, n] + (m > 0f ? stride : m < 0f ? -stride : 0f);
            x[k, n] = Clip(moved, lower[k], upper[k]);
        }
    }

    /// <summary>The nearest value of the interval; a NaN stays a NaN.</summary>
    public static float Clip(float x, float lower, float upper) => x < lower ? lower : x > upper ? upper : x;
}

using System.Runtime.CompilerServices;
using ExactCompression.Networks;
using ExactCompression.Numerics;

namespace ExactCompression.Bounds.Deployed;

/// <summary>
/// What float32 arithmetic adds to each element of a layer, given computed values below: at most
/// <c>(A / 2 + B) S + (A / 2) |z| + k</c>, where <c>S</c> is the sum of its terms' magnitudes, for values and weights as they are in real
/// arithmetic, and <c>z</c> the sum itself.
/// </summary>
/// <remarks>
/// A sum of <c>n</c> terms rounds <c>n - 1</c> partial sums, each by at most <c>u</c> times its magnitude; whatever the order, no partial
/// sum exceeds the positive terms alone or the negative ones alone, of which the larger is <c>(S + |z|) / 2</c>. So <c>A</c> is
/// <c>(n - 1) u</c>, slightly enlarged since partial sums are those of rounded terms, and <c>B</c> is <c>gamma</c> of the roundings of each
/// term on its own.
/// </remarks>
internal sealed class RoundedLayer
{
    private RoundedLayer(int width) =>
        (Partial, Single, Constant, Added, Carried, Uncertain) = (
            new double[width], new double[width], new double[width], new double[width], new double[width], new double[width]);

    /// <summary><c>A</c> of each element.</summary>
    public double[] Partial { get; }

    /// <summary><c>B</c> of each element.</summary>
    public double[] Single { get; }

    /// <summary><c>k</c> of each element: underflow, the errors of constants, and what errors of the values below change.</summary>
    public double[] Constant { get; }

    /// <summary>What the arithmetic of the layer adds to each element, at most: the largest value of the function above.</summary>
    public double[] Added { get; }

    /// <summary>What errors of the values below change in each element, at most, if they all add up.</summary>
    public double[] Carried { get; }

    /// <summary>The part of <see cref="Carried"/> that comes from radii of weights.</summary>
    public double[] Uncertain { get; }

    /// <summary>Whether terms are those of the first map alone.</summary>
    public bool IsFirstAlone { get; private init; }

    /// <summary>Whether anything is rounded.</summary>
    public bool IsRounded { get; private init; }

    /// <summary>Whether the biases are terms.</summary>
    public bool CountsBias { get; private init; }

    /// <summary>Whether sums stay far from the end of float32's range.</summary>
    public bool IsInRange { get; private set; } = true;

    /// <summary>Bounds the errors of a layer.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="charge">How often it rounds; null where it does not.</param>
    /// <param name="sources">For each term the values that it takes: magnitudes in real arithmetic, and errors.</param>
    /// <param name="parallel">Threads, and the token to stop on.</param>
    public static RoundedLayer Of(
        LoweredLayer layer, LayerCharge? charge, IReadOnlyList<(double[] Magnitude, double[] Error)> sources, ParallelOptions parallel)
    {
        var rounded = new RoundedLayer(layer.Width)
        {
            IsFirstAlone = charge is { IsFirstAlone: true },
            IsRounded = charge is not null,
            CountsBias = charge is { PerTerm: > 0, Constants: null },
        };
        RowBlocks.Run(
            parallel, layer.Width, (double)layer.Weights / layer.Width,
            (first, end) => rounded.Fill(layer, charge ?? new LayerCharge(), sources, first, end));
        return rounded;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Fill(
        LoweredLayer layer, LayerCharge charge, IReadOnlyList<(double[] Magnitude, double[] Error)> sources, int first, int end)
    {
        var row = new SparseRow();
        for (int i = first; i < end; i++)
        {
            // Of all terms: how far values below carry their errors; of those that are rounded: number, sizes, errors.
            double carried = 0, uncertain = 0, unknown = 0;
            var sum = default(TermSizes);
            for (int k = 0; k < layer.Terms.Count; k++)
            {
                bool counts = IsRounded && (k == 0 || !IsFirstAlone);
                ILinearMap map = layer.Terms[k].Map;
                map.ReadRow(i, row);
                carried += sum.Add(row, sources[k], counts).Moved;
                if (map.Radius is null)
                    continue;
                map.Radius.ReadRow(i, row);
                (double size, double moved) = sum.Add(row, sources[k], counts);
                (unknown, uncertain) = (unknown + (counts ? size : 0), uncertain + moved);
            }

            if (CountsBias)
                sum.AddBias(layer.Bias.Span[i], layer.BiasRadius.IsEmpty ? 0 : layer.BiasRadius.Span[i]);
            Uncertain[i] = uncertain * (1 + 1e-9);
            Carried[i] = (carried + uncertain) * (1 + 1e-9);
            if (IsRounded)
                Charge(i, layer, charge, sum, unknown);
        }
    }

    /// <param name="i">0-based element.</param>
    /// <param name="layer">The layer.</param>
    /// <param name="charge">How often it rounds.</param>
    /// <param name="sum">The element's terms.</param>
    /// <param name="unknown">The size of those terms that are radii of weights.</param>
    private void Charge(int i, LoweredLayer layer, LayerCharge charge, TermSizes sum, double unknown)
    {
        double additions = charge.IsSum ? Math.Max(0, sum.Count - 1) + charge.Additions : 0;
        double gamma = SingleArithmetic.Gamma(additions + charge.PerTerm);
        Partial[i] = additions * SingleArithmetic.Unit;
        Single[i] = charge.PerTerm == 0 ? 0 : SingleArithmetic.Gamma(charge.PerTerm);

        // Partial sums are those of rounded terms of computed values: 2 gamma S more, and what the errors of the values change. Radii of
        // weights are terms that the function of the values does not have.
        double size = sum.Size + sum.Moved;
        double underflow = 4 * (sum.Count + 2.0) * SingleArithmetic.Underflow * (1 + sum.LargestValue) * (1 + sum.LargestWeight)
            * (charge.Lost?[i] ?? 1);
        double second = (2 * gamma * Partial[i] * size) + ((Partial[i] + Single[i]) * (sum.Moved + unknown));
        Constant[i] = (second + underflow + (charge.Constants?[i] ?? 0)) * (1 + 1e-9);

        // |z| is no larger than S
        Added[i] = (((Partial[i] + Single[i]) * sum.Size) + Constant[i]) * (1 + 1e-9);
        double constants = Math.Abs(layer.Bias.Span[i]) + ((charge.Constants?[i] ?? 0) / SingleArithmetic.Unit);
        double whole = (size + constants + Added[i]) * (1 + gamma) * 2, times = charge.Largest?[i] ?? 1;
        double largest = Math.Max(Math.Max(whole, sum.LargestWeight) * times, 2 * sum.LargestValue * (charge.Steepest?[i] ?? 1));
        if (!(largest < SingleArithmetic.Largest))
            IsInRange = false;
    }

    /// <summary>The terms of one element.</summary>
    private struct TermSizes
    {
        /// <summary>Terms that are not always 0.</summary>
        public int Count { get; private set; }

        /// <summary>Sum of their largest magnitudes.</summary>
        public double Size { get; private set; }

        /// <summary>Sum of what errors of their values change in them.</summary>
        public double Moved { get; private set; }

        /// <summary>The largest weight, also of values that are always 0.</summary>
        public double LargestWeight { get; private set; }

        /// <summary>The largest computed value, also where its weight is 0, or the bias.</summary>
        public double LargestValue { get; private set; }

        /// <summary>Adds the terms of a row, where they count.</summary>
        /// <returns>The sum of the row's magnitudes, and what errors of the values change in it.</returns>
        public (double Size, double Moved) Add(SparseRow row, (double[] Magnitude, double[] Error) source, bool counts)
        {
            double size = 0, moved = 0;
            ReadOnlySpan<int> columns = row.Columns;
            ReadOnlySpan<double> weights = row.Weights;
            for (int j = 0; j < weights.Length; j++)
            {
                double weight = Math.Abs(weights[j]), value = source.Magnitude[columns[j]], error = source.Error[columns[j]];
                if (counts) // infinity times 0 is no number
                    (LargestWeight, LargestValue) = (Math.Max(LargestWeight, weight), Math.Max(LargestValue, value + error));
                if (weight == 0 || (value == 0 && error == 0))
                    continue;
                size += weight * value;
                moved += weight * error;
                Count += counts ? 1 : 0;
            }

            if (counts)
            {
                Size += size;
                Moved += moved;
            }

            return (size, moved);
        }

        /// <summary>Adds a bias.</summary>
        public void AddBias(double bias, double radius)
        {
            Count += bias == 0 && radius == 0 ? 0 : 1;
            Size += Math.Abs(bias) + radius;
            LargestValue = Math.Max(LargestValue, Math.Abs(bias) + radius);
        }
    }
}

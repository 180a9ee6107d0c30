namespace ExactCompression.Certificates.Checking;

/// <summary>
/// The range of <c>b + sum_j w_j x_j</c> over a box. Where at most one product is not 0 and the bias is 0, the sum is that product; where
/// none is, it is the bias: ends at 0 stay at 0.
/// </summary>
/// <param name="bias">The bias.</param>
/// <param name="biasRadius">By how much it may differ from the true one.</param>
internal struct IntervalSum(double bias, double biasRadius)
{
    private End least = new(bias), most = new(bias);

    /// <summary>How far the radii of weights and bias can move the sum; rounded to nearest.</summary>
    public double Radius { get; private set; } = biasRadius;

    /// <summary>Adds products.</summary>
    /// <param name="columns">Which elements.</param>
    /// <param name="weights">Their weights.</param>
    /// <param name="radii">Radii of the weights.</param>
    /// <param name="lower">Lower ends of all elements.</param>
    /// <param name="upper">Upper ends of all elements.</param>
    /// <param name="sizes">Largest magnitudes of all elements.</param>
    /// <returns>The sum of the largest magnitudes of the products, rounded to nearest.</returns>
    public double Add(
        ReadOnlySpan<int> columns, ReadOnlySpan<double> weights, ReadOnlySpan<double> radii, double[] lower, double[] upper, double[] sizes)
    {
        double reach = 0;
        for (int k = 0; k < columns.Length; k++)
        {
            int j = columns[k];
            double w = weights[k];
            reach += Math.Abs(w) * sizes[j];
            if (radii[k] != 0)
                Radius += (radii[k] * sizes[j]) + Outward.Tiny;
            if (w == 0)
                continue;
            least.Add(w, w > 0 ? lower[j] : upper[j]);
            most.Add(w, w > 0 ? upper[j] : lower[j]);
        }

        return reach;
    }

    /// <summary>Both ends, rounded outward; infinite where something overflowed.</summary>
    public readonly (double Lower, double Upper) Bounds()
    {
        double radius = Radius * (1 + 1e-7);
        return (least.Below(radius), -most.Negative().Below(radius));
    }

    private struct End(double bias)
    {
        private double sum = bias, size = Math.Abs(bias);
        private int terms = bias == 0 ? 0 : 1;
        private bool rounds;

        public void Add(double w, double x)
        {
            if (x == 0)
                return;
            double product = w * x;
            rounds |= terms > 0 || Math.Abs(w) != 1;
            terms++;
            sum += product;
            size += Math.Abs(product);
        }

        public readonly End Negative() => this with { sum = -sum };

        public readonly double Below(double radius)
        {
            double error = !rounds || (terms == 1 && radius == 0) ? 0 : (Outward.Gamma(terms + 1) * size) + Outward.Tiny;
            if (!double.IsFinite(sum) || !double.IsFinite(error) || !double.IsFinite(radius))
                return double.NegativeInfinity;
            double least = error + radius == 0 ? sum : sum - (error + radius);
            return rounds || error + radius != 0 ? Math.BitDecrement(least) : least;
        }
    }
}

using System.Numerics.Tensors;

namespace ExactCompression.Certificates.Checking;

/// <summary>
/// Runs points through a graph with a bound on all rounding errors, and determines which signs of what is rectified they show.
/// </summary>
/// <remarks>
/// With computed <c>x</c> that are within <c>e</c> of the true ones, a sum of <c>n</c> products and a bias is within <c>gamma (|b| +
/// sum |w| |x|) + sum |w| e + sum R (|x| + e) + r</c> of the true one. A rectifier changes by no more than its argument. A sign counts if
/// the number exceeds its error. Points go through in blocks, so that each row of a map is made once for all of a block.
/// </remarks>
internal static class GraphPoints
{
    private const int Block = 64;

    /// <summary>Signs of all rectifiers' arguments.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="points">Points of its input.</param>
    /// <param name="budget">Its budget.</param>
    /// <returns>For each of <see cref="CheckedGraph.Rectifiers"/>, points by elements: 1 or -1, or 0 if rounding obscures the
    /// sign.</returns>
    public static sbyte[][] Signs(CheckedGraph graph, IReadOnlyList<double[]> points, CheckBudget budget)
    {
        foreach (CheckedValue value in graph.Values)
            CheckBudget.RequireNumbers("points", (long)points.Count * value.Size, (long)Block * value.Size);
        sbyte[][] signs = [.. graph.Rectifiers.Select(v => new sbyte[points.Count * graph.Values[v].Size])];
        Parallel.For(0, (points.Count + Block - 1) / Block, budget.Parallel, block =>
        {
            double[][] own = [.. points.Skip(block * Block).Take(Block)];
            var values = new PointValues[graph.Values.Count];
            for (int v = 0, k = 0; v < values.Length && k < signs.Length; v++)
            {
                values[v] = graph.Values[v] switch
                {
                    InputValue => PointValues.Of(own),
                    AffineValue affine => Affine(affine, values, own.Length, budget),
                    RectifiedValue { Source: var z } => values[z] with { X = Array.ConvertAll(values[z].X, static x => Math.Max(0, x)) },
                    _ => PointValues.Unknown(graph.Values[v].Size, own.Length),
                };
                if (graph.Rectifiers[k] != v)
                    continue;
                (double[] x, double[] e, int count) = values[((RectifiedValue)graph.Values[v]).Source];
                for (int at = 0; at < x.Length; at++)
                {
                    int p = (block * Block) + (at % count);
                    signs[k][(p * graph.Values[v].Size) + (at / count)] = (sbyte)(Math.Abs(x[at]) > e[at] ? Math.Sign(x[at]) : 0);
                }

                k++;
            }
        });
        return signs;
    }

    private static PointValues Affine(AffineValue value, PointValues[] values, int points, CheckBudget budget)
    {
        double[] sums = new double[value.Size * points], errors = new double[sums.Length];
        double each = 1 + value.Terms.Sum(static t => (double)t.Map.MostEntries), gamma = Outward.Gamma((long)each);
        (double[] Charged, double[] Moved)[] charges = [.. value.Terms.Select(t => values[t.Source].Charges(gamma, t.Map.IsExact))];
        var row = new MapRow();
        int rows = (int)Math.Clamp(1e6 / each, 1, 1024);
        for (int i = 0; i < value.Size; i++)
        {
            if (i % rows == 0)
                budget.Spend(2 * each * points * Math.Min(rows, value.Size - i));
            Span<double> sum = sums.AsSpan(i * points, points), error = errors.AsSpan(i * points, points);
            sum.Fill(value.Bias[i]);
            error.Fill((value.BiasRadius?[i] ?? 0) + (gamma * Math.Abs(value.Bias[i])));
            for (int t = 0; t < charges.Length; t++)
            {
                row.Read(value.Terms[t].Map, i);
                double[] from = values[value.Terms[t].Source].X;
                for (int k = 0; k < row.Count; k++)
                {
                    int at = row.Columns[k] * points;
                    TensorPrimitives.MultiplyAdd(from.AsSpan(at, points), row.Weights[k], sum, sum);
                    TensorPrimitives.MultiplyAdd(charges[t].Charged.AsSpan(at, points), Math.Abs(row.Weights[k]), error, error);
                    if (row.Radii[k] != 0)
                        TensorPrimitives.MultiplyAdd(charges[t].Moved.AsSpan(at, points), row.Radii[k], error, error);
                }
            }

            // A sum that overflowed may have the wrong sign, and a rectifier would hide that.
            for (int p = 0; p < points; p++)
                error[p] = double.IsFinite(sum[p]) ? (error[p] * (1 + 1e-9)) + Outward.Tiny : double.PositiveInfinity;
        }

        return new(sums, errors, points);
    }

    /// <summary>A value at some points: for each element one number after another.</summary>
    /// <param name="X">The elements as computed.</param>
    /// <param name="E">How far each may be from the true one.</param>
    /// <param name="Points">Number of points.</param>
    private readonly record struct PointValues(double[] X, double[] E, int Points)
    {
        public static PointValues Of(double[][] points)
        {
            var x = new double[points[0].Length * points.Length];
            for (int at = 0; at < x.Length; at++)
                x[at] = points[at % points.Length][at / points.Length];
            return new(x, new double[x.Length], points.Length);
        }

        public static PointValues Unknown(int size, int points)
        {
            var errors = new double[size * points];
            Array.Fill(errors, double.PositiveInfinity);
            return new(new double[errors.Length], errors, points);
        }

        /// <summary>
        /// <c>e + gamma |x|</c>, and a little more, so that a product of it does not lose what underflowed; and <c>|x| + e</c> for radii.
        /// </summary>
        public (double[] Charged, double[] Moved) Charges(double gamma, bool isExact)
        {
            double[] charged = new double[X.Length], moved = isExact ? [] : new double[X.Length];
            for (int at = 0; at < X.Length; at++)
            {
                charged[at] = E[at] + (gamma * Math.Abs(X[at])) + Outward.Tiny;
                if (!isExact)
                    moved[at] = Math.Abs(X[at]) + E[at];
            }

            return (charged, moved);
        }
    }
}

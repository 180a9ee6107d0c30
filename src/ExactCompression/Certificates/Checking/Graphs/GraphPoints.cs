using System.Numerics.Tensors;

namespace ExactCompression.Certificates.Checking;

/// <summary>
/// Runs points through a graph with a bound on all rounding errors, and determines which signs of what is rectified they show.
/// </summary>
/// <remarks>
/// With computed <c>x</c> that are within <c>e</c> of the true ones, a sum of <c>n</c> products and a bias is within <c>gamma (|b| +
/// sum |w| |x|) + sum |w| e + sum R (|x| + e) + r</c> of the true one. A rectifier changes by no more than its argument. A sign counts if
/// the number exceeds its error. Points go through in blocks, so that each row of a map is made once for all of a block, with one error
/// for all of them, from the largest <c>|x|</c> of any.
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
                    RectifiedValue { Source: var z } => new(
                        Array.ConvertAll(values[z].X, static x => Math.Max(0, x)), values[z].Errors, own.Length),
                    _ => PointValues.Unknown(graph.Values[v].Size, own.Length),
                };
                if (graph.Rectifiers[k] != v)
                    continue;
                PointValues taken = values[((RectifiedValue)graph.Values[v]).Source];
                for (int p = 0; p < own.Length; p++)
                {
                    Span<sbyte> shown = signs[k].AsSpan(((block * Block) + p) * taken.Errors.Length, taken.Errors.Length);
                    for (int i = 0; i < shown.Length; i++)
                    {
                        double x = taken.X[(i * own.Length) + p];
                        shown[i] = (sbyte)(Math.Abs(x) > taken.Errors[i] ? Math.Sign(x) : 0);
                    }
                }

                k++;
            }
        });
        return signs;
    }

    private static PointValues Affine(AffineValue value, PointValues[] values, int points, CheckBudget budget)
    {
        double[] sums = new double[value.Size * points], errors = new double[value.Size];
        double each = 1 + value.Terms.Sum(static t => (double)t.Map.MostEntries), gamma = Outward.Gamma((long)each);
        var row = new MapRow();
        int rows = (int)Math.Clamp(1e6 / each, 1, 1024);
        for (int i = 0; i < value.Size; i++)
        {
            if (i % rows == 0)
                budget.Spend(each * (points + 2) * Math.Min(rows, value.Size - i));
            Span<double> sum = sums.AsSpan(i * points, points);
            sum.Fill(value.Bias[i]);
            double error = (value.BiasRadius?[i] ?? 0) + (gamma * Math.Abs(value.Bias[i]));
            foreach (CheckedTerm term in value.Terms)
            {
                row.Read(term.Map, i);
                PointValues from = values[term.Source];
                for (int k = 0; k < row.Count; k++)
                {
                    (int j, double weight) = (row.Columns[k], row.Weights[k]);
                    TensorPrimitives.MultiplyAdd(from.X.AsSpan(j * points, points), weight, sum, sum);

                    // What is added keeps a large weight from hiding what underflowed.
                    error += Math.Abs(weight) * (from.Errors[j] + (gamma * from.Largest[j]) + Outward.Tiny);
                    if (row.Radii[k] != 0)
                        error += row.Radii[k] * (from.Errors[j] + from.Largest[j]);
                }
            }

            errors[i] = (error * (1 + 1e-9)) + Outward.Tiny;
        }

        return new(sums, errors, points);
    }

    /// <summary>A value at some points.</summary>
    private sealed class PointValues
    {
        /// <summary>Takes computed elements.</summary>
        /// <param name="x">For each element a number for each point.</param>
        /// <param name="errors">For each element, how far any of these may be from the true ones.</param>
        /// <param name="points">Number of points.</param>
        public PointValues(double[] x, double[] errors, int points)
        {
            (X, Errors, Largest) = (x, [.. errors], new double[errors.Length]);
            for (int i = 0; i < errors.Length; i++)
            {
                foreach (double number in x.AsSpan(i * points, points))
                    Largest[i] = Math.Max(Largest[i], Math.Abs(number)); // NaN stays

                // A sum that overflowed may have the wrong sign, and a rectifier would hide that.
                if (!double.IsFinite(Largest[i]))
                    (Errors[i], Largest[i]) = (double.PositiveInfinity, 0);
            }
        }

        /// <summary>For each element a number for each point.</summary>
        public double[] X { get; }

        /// <summary>For each element, how far any of them may be from the true one.</summary>
        public double[] Errors { get; }

        /// <summary>For each element, the largest magnitude of any.</summary>
        public double[] Largest { get; }

        public static PointValues Of(double[][] points)
        {
            var x = new double[points[0].Length * points.Length];
            for (int p = 0; p < points.Length; p++)
            {
                for (int i = 0; i < points[p].Length; i++)
                    x[(i * points.Length) + p] = points[p][i];
            }

            return new(x, new double[points[0].Length], points.Length);
        }

        public static PointValues Unknown(int size, int points)
        {
            var errors = new double[size];
            Array.Fill(errors, double.PositiveInfinity);
            return new(new double[size * points], errors, points);
        }
    }
}

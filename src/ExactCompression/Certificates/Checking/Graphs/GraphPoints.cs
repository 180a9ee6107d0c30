namespace ExactCompression.Certificates.Checking;

/// <summary>
/// Runs points through a graph with a bound on all rounding errors, and determines which signs of what is rectified they show.
/// </summary>
/// <remarks>
/// With computed <c>x</c> that are within <c>e</c> of the true ones, a sum of <c>n</c> products and a bias is within <c>gamma (|b| +
/// sum |w| |x|) + sum |w| e + sum R (|x| + e) + r</c> of the true one. A rectifier changes by no more than its argument. A sign counts if
/// the number exceeds its error.
/// </remarks>
internal static class GraphPoints
{
    /// <summary>Signs of all rectifiers' arguments.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="points">Points of its input.</param>
    /// <param name="budget">Its budget.</param>
    /// <returns>For each of <see cref="CheckedGraph.Rectifiers"/>, points by elements: 1 or -1, or 0 if rounding obscures the
    /// sign.</returns>
    public static sbyte[][] Signs(CheckedGraph graph, IReadOnlyList<double[]> points, CheckBudget budget)
    {
        foreach (CheckedValue value in graph.Values)
            CheckBudget.RequireNumbers("points", (long)points.Count * value.Size);
        sbyte[][] signs = [.. graph.Rectifiers.Select(v => new sbyte[points.Count * graph.Values[v].Size])];
        Parallel.For(0, points.Count, budget.Parallel, p =>
        {
            var values = new (double[] X, double[] E)[graph.Values.Count];
            for (int v = 0, k = 0; v < values.Length && k < signs.Length; v++)
            {
                values[v] = graph.Values[v] switch
                {
                    InputValue => (points[p], new double[points[p].Length]),
                    AffineValue affine => Affine(affine, values, budget),
                    RectifiedValue { Source: var z } => (Array.ConvertAll(values[z].X, static x => Math.Max(0, x)), values[z].E),
                    _ => Unknown(graph.Values[v].Size),
                };
                if (graph.Rectifiers[k] != v)
                    continue;
                (double[] x, double[] e) = values[((RectifiedValue)graph.Values[v]).Source];
                for (int i = 0; i < x.Length; i++)
                    signs[k][(p * x.Length) + i] = (sbyte)(Math.Abs(x[i]) > e[i] ? Math.Sign(x[i]) : 0);
                k++;
            }
        });
        return signs;
    }

    private static (double[] X, double[] E) Affine(AffineValue value, (double[] X, double[] E)[] values, CheckBudget budget)
    {
        double[] x = new double[value.Size], e = new double[value.Size];
        int most = value.Terms.Select(static t => t.Map.MostEntries).DefaultIfEmpty().Max();
        double each = 1 + value.Terms.Sum(static t => (double)t.Map.MostEntries), gamma = Outward.Gamma((long)each);
        int[] columns = new int[most];
        double[] weights = new double[most], radii = new double[most];
        for (int i = 0; i < x.Length; i++)
        {
            if (i % 1024 == 0)
                budget.Spend(2 * each * Math.Min(1024, x.Length - i));
            double sum = value.Bias[i], size = Math.Abs(sum), error = value.BiasRadius?[i] ?? 0;
            foreach (CheckedTerm term in value.Terms)
            {
                (double[] from, double[] errors) = values[term.Source];
                int count = term.Map.Row(i, columns, weights, radii);
                for (int k = 0; k < count; k++)
                {
                    int j = columns[k];
                    double product = weights[k] * from[j];
                    sum += product;
                    size += Math.Abs(product);
                    error += (Math.Abs(weights[k]) * errors[j]) + (radii[k] * (Math.Abs(from[j]) + errors[j]));
                }
            }

            // A sum that overflowed may have the wrong sign, and a rectifier would hide that.
            x[i] = sum;
            e[i] = double.IsFinite(sum) ? ((error + (gamma * size)) * (1 + 1e-9)) + Outward.Tiny : double.PositiveInfinity;
        }

        return (x, e);
    }

    private static (double[] X, double[] E) Unknown(int size)
    {
        var errors = new double[size];
        Array.Fill(errors, double.PositiveInfinity);
        return (new double[size], errors);
    }
}

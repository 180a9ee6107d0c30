using ExactCompression.Compression.Rewriting;
using ExactCompression.Numerics;

namespace ExactCompression.Compression.Passes;

/// <summary>
/// Output-rank reduction: the linear neurons <c>S</c> affect the next layer only through <c>M = W_out[:,S] W_S</c>, of rank <c>r</c> at
/// most the next layer's width, so <c>r</c> neurons suffice: some rows of <c>M</c> themselves, each kept non-negative by a shift of its
/// bias that the next bias compensates. Most of the next layer's neurons then read only one of them.
/// </summary>
internal static class OutputRank
{
    /// <summary>The reduction of all linear neurons; null where it gives no fewer neurons.</summary>
    /// <param name="part">The linear neurons.</param>
    /// <param name="rounding">The allowed rounding errors, relative to magnitudes.</param>
    /// <param name="cancellation">When cancelled, throws.</param>
    public static LayerRewrite? Find(LinearPart part, double rounding, CancellationToken cancellation)
    {
        if (part.All.Length < 2)
            return null;
        (double[] outputs, double[] constants) = part.Outputs(rounding, cancellation);
        if (!outputs.AsSpan().IndexOfAnyExceptInRange(-double.MaxValue, double.MaxValue).Equals(-1))
            return null;
        int columns = part.Layer.Columns, rows = part.Next.Count;
        RowBasis basis = RowBasis.Choose(outputs, columns, [.. Enumerable.Range(0, rows)], cancellation);
        if (basis.Rank >= part.All.Length || (basis.Rank == 0 && part.All.Length == part.Layer.Count))
            return null;
        RewrittenNeuron[] fates = part.FatesOf(part.All);
        AddedNeuron[] added = [.. basis.Base.Select(i => part.Shifted(
            outputs[(i * columns)..((i + 1) * columns)],
            constants[i],
            [.. part.All.Select(j => (j, part.Next.Row(i)[j])).Where(static t => t.Item2 != 0)]))];
        var next = new OutgoingWeights(part.Next, fates, added.Length);
        int kept = next.Columns - added.Length;
        for (int r = 0; r < basis.Rank; r++)
        {
            int i = basis.Base[r];
            next.Row(i)[kept + r] = 1;
            next.Bias[i] += constants[i] - added[r].Bias;
        }

        for (int d = 0; d < basis.Dependent.Length; d++)
        {
            int i = basis.Dependent[d];
            double constant = constants[i];
            for (int r = 0; r < basis.Rank; r++)
            {
                double k = basis.Coefficients[(d * basis.Rank) + r];
                next.Row(i)[kept + r] = k;
                constant = Math.FusedMultiplyAdd(-k, added[r].Bias, constant);
            }

            next.Bias[i] += constant;
        }

        string opposites = part.Opposites.Length > 0 ? $" and {part.Opposites.Length} opposites of other neurons" : "";
        return part.Rewrite(
            CompressionStepKind.ReduceOutputRank,
            $"The {part.Active.Length} stably active neurons{opposites} act on the next layer with rank {basis.Rank}: {basis.Rank} "
                + $"neurons take their place.",
            fates,
            added,
            next);
    }
}

using System.Numerics.Tensors;
using ExactCompression.Compression.Rewriting;
using ExactCompression.Numerics;

namespace ExactCompression.Compression.Passes;

/// <summary>
/// Linear neurons whose outgoing weights are multiples of one another become one, the sum of their rows: the special case of output-rank
/// reduction that keeps the next layer's weights unchanged, including zeros.
/// </summary>
internal static class ColumnMerge
{
    /// <summary>The merge of all such neurons; null where there is none.</summary>
    /// <param name="part">The linear neurons.</param>
    public static LayerRewrite? Find(LinearPart part)
    {
        List<(int Head, List<(int Neuron, double Factor)> Members)> groups = Groups(part);
        if (groups.Count == 0)
            return null;
        RewrittenNeuron[] fates = part.FatesOf(groups.SelectMany(static g => g.Members.Select(static m => m.Neuron)));
        AddedNeuron[] added = [.. groups.Select(g => Sum(part, g.Members))];
        var next = new OutgoingWeights(part.Next, fates, added.Length);
        int kept = next.Columns - added.Length;
        for (int g = 0; g < added.Length; g++)
        {
            double shift = -added[g].Bias;
            foreach ((int neuron, double factor) in groups[g].Members)
                shift = Math.FusedMultiplyAdd(factor, part.Layer.Bias[neuron], shift);
            next.Express(groups[g].Head, [kept + g], [1], shift);
        }

        int merged = groups.Sum(static g => g.Members.Count);
        return part.Rewrite(
            CompressionStepKind.MergeColumns,
            $"{merged} of the {part.Active.Length} stably active neurons act on the next layer like others, up to a factor: "
                + $"{added.Length} neurons take their place.",
            fates,
            added,
            next);
    }

    private static AddedNeuron Sum(LinearPart part, List<(int Neuron, double Factor)> members)
    {
        var weights = new double[part.Layer.Columns];
        double constant = 0;
        foreach ((int neuron, double factor) in members)
        {
            TensorPrimitives.MultiplyAdd(part.Layer.Row(neuron), factor, weights, weights);
            constant = Math.FusedMultiplyAdd(factor, part.Layer.Bias[neuron], constant);
        }

        return part.Shifted(weights, constant, [.. members.Select(static m => (m.Neuron, m.Factor))]);
    }

    /// <summary>Groups of at least two neurons whose columns are multiples of the first one's, up to the last place.</summary>
    private static List<(int Head, List<(int Neuron, double Factor)> Members)> Groups(LinearPart part)
    {
        double[][] columns = [.. part.Active.Select(j => Column(part.Next, j))];
        var byPattern = new Dictionary<string, List<(int At, List<(int Neuron, double Factor)> Members)>>();
        for (int k = 0; k < columns.Length; k++)
        {
            string pattern = string.Create(columns[k].Length, columns[k], static (text, values) =>
            {
                for (int i = 0; i < text.Length; i++)
                    text[i] = values[i] == 0 ? '0' : '1';
            });
            if (!byPattern.TryGetValue(pattern, out List<(int At, List<(int Neuron, double Factor)> Members)>? heads))
                byPattern[pattern] = heads = [];
            double? factor = null;
            foreach ((int at, List<(int Neuron, double Factor)> members) in heads)
            {
                factor = Factor(columns[k], columns[at]);
                if (factor is not { } multiple)
                    continue;
                members.Add((part.Active[k], multiple));
                break;
            }

            if (factor is null)
                heads.Add((k, [(part.Active[k], 1)]));
        }

        return [.. byPattern.Values.SelectMany(static h => h).Where(static h => h.Members.Count > 1).Select(
            h => (part.Active[h.At], h.Members)).OrderBy(static h => h.Item1)];
    }

    private static double[] Column(DraftLayer layer, int column)
    {
        var values = new double[layer.Count];
        for (int i = 0; i < values.Length; i++)
            values[i] = layer.Row(i)[column];
        return values;
    }

    private static double? Factor(double[] column, double[] head)
    {
        int at = TensorPrimitives.IndexOfMaxMagnitude<double>(head);
        double factor = column[at] / head[at];
        for (int i = 0; i < head.Length; i++)
        {
            if (!(Math.Abs(column[i] - (factor * head[i])) <= 4 * Rounding.Unit * Math.Abs(column[i])))
                return null;
        }

        return factor;
    }
}

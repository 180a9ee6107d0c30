using System.Numerics.Tensors;
using ExactCompression.Compression.Rewriting;
using ExactCompression.Networks;
using ExactCompression.Numerics;

namespace ExactCompression.Compression.Passes;

/// <summary>
/// A layer whose unstable neurons do nothing that the next layer does not do again is multiplied into it, as an affine layer would be.
/// </summary>
/// <remarks>
/// A row after the layer allows this where the unstable neurons that it reads cancel in opposite pairs, <c>relu(t) - relu(-t) = t</c>, or
/// where it reads one whose rectifier its own can take over, <c>relu(w relu(t) + b) = relu(w t + b)</c>, <c>w &gt; 0 &gt;= b</c>. A neuron
/// of the next layer that is stably active need do neither: <see cref="PassedNeurons"/> lets the layer's neurons pass through the next
/// instead. A network whose neurons were split, <c>relu(relu(s (t - c)) / s - relu(s (c - t)) / s + c)</c>, gets its depth back this way.
/// <para>Of opposite neurons <c>z_j = -s z_k + e</c>, <c>relu(z_j)</c> is within <c>|e|</c> of <c>s relu(z_k) + z_j</c>. Where
/// <c>z_k &gt;= 0</c>, the latter is <c>e</c>, and the former is 0 or <c>e - s z_k</c>, between 0 and <c>e</c>. Elsewhere it is <c>z_j</c>,
/// which is above <c>e</c>, and so either not negative, or by less than <c>|e|</c>.</para>
/// </remarks>
internal sealed class SerialFold
{
    private readonly DraftNetwork network;
    private readonly int at;
    private readonly Roundings rounding;
    private readonly DraftLayer layer;
    private readonly DraftLayer next;
    private readonly RewrittenNeuron[] fates;
    private readonly int[] unstable;
    private readonly int[] lifted;

    private SerialFold(DraftNetwork network, int at, Roundings rounding, CancellationToken cancellation)
    {
        (this.network, this.at, this.rounding) = (network, at, rounding);
        (layer, next) = (network.Layers[at], network.Layers[at + 1]);
        fates = [.. Enumerable.Range(0, layer.Count).Select(j => LayerFold.FateOf(network, at, j))];
        foreach (ParallelRow pair in ParallelRow.Find(
            layer, network.InputsOf(at), rounding.OfRows, -1, j => fates[j].Fate == NeuronFate.Kept, cancellation))
            fates[pair.Neuron] = new(NeuronFate.Opposite, pair.Of, -pair.Factor, pair.Error);
        fates = Array.ConvertAll(fates, static f => f.Fate == NeuronFate.Kept ? new(NeuronFate.Cancelled) : f);
        unstable = [.. Enumerable.Range(0, layer.Count).Where(j => fates[j].Fate is NeuronFate.Cancelled or NeuronFate.Opposite)];
        lifted = new int[next.Count];
    }

    /// <summary>The network without the layer; null where some neuron of the next needs it.</summary>
    /// <param name="network">The network.</param>
    /// <param name="at">0-based hidden layer.</param>
    /// <param name="rounding">The allowed error of opposite rows, relative to their size, and residual of weights that cancel.</param>
    /// <param name="cancellation">When cancelled, throws.</param>
    public static DraftNetwork? Apply(DraftNetwork network, int at, Roundings rounding, CancellationToken cancellation)
    {
        if (IsHopeless(network, at, cancellation))
            return null;
        var fold = new SerialFold(network, at, rounding, cancellation);
        if (!Array.Exists(fold.unstable, j => fold.next.Reads(j, fold.layer.Rows[j].Neuron)))
            return null; // an affine layer, or one that nothing reads
        if (!fold.TryLift(out int[] passing, cancellation))
            return null;
        if (passing.Length > 0)
        {
            LayerRewrite passed = PassedNeurons.Find(network, at + 1, [.. passing.Concat(fold.Copies()).Distinct().Order()]);
            if (!passed.Fits(WeightPrecision.Float64))
                return null;
            network = RewriteProof.Apply(network, passed, cancellation);
            fold = new SerialFold(network, at, rounding, cancellation);
            if (!fold.TryLift(out passing, cancellation) || passing.Length > 0)
                return null;
        }

        return fold.Rewrite(cancellation) is { } rewrite ? RewriteProof.Apply(network, rewrite, cancellation) : null;
    }

    /// <summary>Whether an unstable neuron of the next layer reads so many others that no more than two could be opposites.</summary>
    private static bool IsHopeless(DraftNetwork network, int at, CancellationToken cancellation)
    {
        DraftLayer layer = network.Layers[at], next = network.Layers[at + 1];
        int negatives = 0, positives = 0; // of two opposite rows one has a positive first entry
        for (int j = 0; j < layer.Count; j++)
        {
            int first = layer.Row(j).IndexOfAnyExcept(0.0);
            if (!layer.Rows[j].IsActive && first >= 0)
                _ = layer.Row(j)[first] > 0 ? positives++ : negatives++;
        }

        int most = (2 * Math.Min(negatives, positives)) + 1;
        for (int i = 0; i < next.Count; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            if (next.Rows[i].IsActive && at + 1 < network.Depth)
                continue;
            int read = 0;
            ReadOnlySpan<double> row = next.Row(i);
            for (int j = 0; j < row.Length; j++)
                read += row[j] != 0 && !layer.Rows[j].IsActive && layer.Rows[j].Upper > 0 && !layer.IsZeroRow(j) ? 1 : 0;
            if (read > most)
                return true;
        }

        return false;
    }

    /// <summary>Determines for each row after the layer whether it can do without.</summary>
    /// <param name="passing">Stably active rows that cannot, but need not.</param>
    /// <param name="cancellation">When cancelled, throws.</param>
    private bool TryLift(out int[] passing, CancellationToken cancellation)
    {
        var rows = new List<int>();
        bool rectifies = at + 1 < network.Depth;
        for (int i = 0; i < next.Count; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            int? neuron = Lifted(i);
            if (neuron is null || (neuron >= 0 && !rectifies))
            {
                if (!rectifies || !next.Rows[i].IsActive)
                {
                    passing = [];
                    return false;
                }

                rows.Add(i);
            }

            lifted[i] = neuron ?? -1;
        }

        passing = [.. rows];
        return true;
    }

    /// <summary>Stably active rows that are multiples of one neuron: they pass with the others, so that none is there twice.</summary>
    private IEnumerable<int> Copies() => Enumerable.Range(0, next.Count).Where(i => lifted[i] >= 0 && next.Rows[i].IsActive);

    /// <summary>The neuron whose rectifier a row takes over; -1 where it needs none, null where it cannot do without the layer.</summary>
    private int? Lifted(int row)
    {
        double[] weights = next.Row(row).ToArray();
        int[] read = [.. unstable.Where(j => weights[j] != 0)];
        if (read.Length > 1)
        {
            double[] sizes = Array.ConvertAll(weights, Math.Abs);
            foreach (int j in read.Where(j => fates[j].Fate == NeuronFate.Opposite))
            {
                weights[fates[j].Of] += weights[j] * fates[j].Value;
                sizes[fates[j].Of] += Math.Abs(weights[j] * fates[j].Value);
            }

            read = [.. unstable.Where(j => fates[j].Fate == NeuronFate.Cancelled && Math.Abs(weights[j]) > rounding.OfSums * sizes[j])];
        }

        if (read.Length == 0)
            return -1;
        if (read.Length > 1 || !(weights[read[0]] > 0))
            return null;
        double rest = LiftedRows.Rest(layer, next, row, read[0]).Upper;
        double scale = UpperBound.MagnitudeDot(next.Row(row), layer.Activations.Magnitude) + Math.Abs(next.Bias[row]);
        return rest <= rounding.OfSums * scale ? read[0] : null;
    }

    /// <summary>The product of the layers, row by row.</summary>
    private LayerRewrite? Rewrite(CancellationToken cancellation)
    {
        AffineMap.RequireSize(next.Count, layer.Columns);
        var weights = new double[(long)next.Count * layer.Columns];
        double[] bias = [.. next.Bias];
        for (int i = 0; i < next.Count; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            Span<double> row = weights.AsSpan(i * layer.Columns, layer.Columns);
            ReadOnlySpan<double> by = next.Row(i);
            double unstableWeight = 0;
            for (int j = 0; j < by.Length; j++)
            {
                RewrittenNeuron fate = fates[j];
                if (by[j] == 0)
                    continue;
                bool isLifted = j == lifted[i];
                if (fate.HasLinearPart && !isLifted)
                    Add(j, by[j], row, ref bias[i]);
                else if (fate.Fate == NeuronFate.Constant)
                    bias[i] += by[j] * fate.Value;
                if (isLifted || (fate.Fate == NeuronFate.Opposite && fate.Of == lifted[i]))
                    unstableWeight += isLifted ? by[j] : by[j] * fate.Value;
            }

            if (lifted[i] >= 0)
                Add(lifted[i], unstableWeight, row, ref bias[i]);
        }

        var rewrite = new LayerRewrite
        {
            At = at,
            Kind = CompressionStepKind.FoldRepeated,
            Description = Describe(),
            Fates = fates,
            Added = [],
            NextWeights = weights,
            NextBias = bias,
            Folds = true,
            Lifted = lifted,
        };
        return rewrite.Fits(WeightPrecision.Float64) ? rewrite : null;
    }

    private string Describe()
    {
        int pairs = fates.Count(static f => f.Fate == NeuronFate.Opposite), repeated = lifted.Where(static k => k >= 0).Distinct().Count();
        string what = (pairs, repeated) switch
        {
            (0, _) => $"{repeated} are rectified again there",
            (_, 0) => $"{pairs} pairs of opposite ones cancel there",
            _ => $"{pairs} pairs of opposite ones cancel there, and {repeated} are rectified again",
        };
        return $"Of the {layer.Count} neurons left the next layer needs none, {what}: the layer is multiplied into it.";
    }

    private void Add(int neuron, double factor, Span<double> row, ref double bias)
    {
        TensorPrimitives.MultiplyAdd(layer.Row(neuron), factor, row, row);
        bias += factor * layer.Bias[neuron];
    }
}

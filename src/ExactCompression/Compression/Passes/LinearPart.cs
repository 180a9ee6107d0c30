using System.Numerics.Tensors;
using ExactCompression.Compression.Rewriting;
using ExactCompression.Numerics;

namespace ExactCompression.Compression.Passes;

/// <summary>
/// The neurons of a layer that are linear over the domain: the stably active ones, and of opposite pairs one of each, for
/// <c>relu(-s t) = s relu(t) - s t</c> replaces it by a multiple of the other plus a linear term. <see cref="RowMerge"/>,
/// <see cref="OutputRank"/> and <see cref="ColumnMerge"/> say what can be done with them.
/// </summary>
internal sealed class LinearPart
{
    private readonly RewrittenNeuron[] fates;

    /// <summary>Collects the linear neurons.</summary>
    /// <param name="network">The network.</param>
    /// <param name="at">0-based hidden layer.</param>
    /// <param name="pairs">Opposite pairs to use: the first neuron of each becomes linear, the second is kept.</param>
    public LinearPart(DraftNetwork network, int at, IReadOnlyList<ParallelRow> pairs)
    {
        Network = network;
        At = at;
        Layer = network.Layers[at];
        Next = network.Layers[at + 1];
        Inputs = network.InputsOf(at);
        fates = new RewrittenNeuron[Layer.Count];
        foreach (ParallelRow pair in pairs)
            fates[pair.Neuron] = new(NeuronFate.Opposite, pair.Of, -pair.Factor, UpperBound.Multiply(2, pair.Error));
        Active = [.. Enumerable.Range(0, Layer.Count).Where(j => Layer.Rows[j].IsActive)];
        Opposites = [.. pairs.Select(static p => p.Neuron).Order()];
        All = [.. Active.Concat(Opposites).Order()];
    }

    /// <summary>The network.</summary>
    public DraftNetwork Network { get; }

    /// <summary>0-based hidden layer.</summary>
    public int At { get; }

    /// <summary>The layer.</summary>
    public DraftLayer Layer { get; }

    /// <summary>The layer after it.</summary>
    public DraftLayer Next { get; }

    /// <summary>The range of the layer's inputs.</summary>
    public Box Inputs { get; }

    /// <summary>Stably active neurons, ascending.</summary>
    public int[] Active { get; }

    /// <summary>Neurons of pairs, ascending.</summary>
    public int[] Opposites { get; }

    /// <summary>Both, ascending.</summary>
    public int[] All { get; }

    /// <summary>The replacements of the layer's neurons where some of them are to be expressed as linear.</summary>
    public RewrittenNeuron[] FatesOf(IEnumerable<int> expressed)
    {
        RewrittenNeuron[] all = [.. fates];
        foreach (int j in expressed)
        {
            if (all[j].Fate == NeuronFate.Kept)
                all[j] = new(NeuronFate.Linear, Error: Layer.Rows[j].Slack);
        }

        return all;
    }

    /// <summary>A linear neuron, its bias shifted as little as keeps it from going below 0 over the domain.</summary>
    /// <param name="weights">Its weights on the layer's inputs.</param>
    /// <param name="constant">Its bias before the shift.</param>
    /// <param name="terms">Neurons of the layer that it is nearly a sum of, with their coefficients.</param>
    /// <remarks>
    /// Its range is the intersection of two: that of interval arithmetic over the layer's inputs, and that of the sum of the terms' own
    /// proven bounds, widened by how far the sum is from <paramref name="weights"/> and <paramref name="constant"/>: the difference of
    /// both, bounded over the box, and the rounding of that difference, at most <c>gamma</c> of the magnitudes. Weights that cancel up to
    /// float32 rounding are set to 0, so the difference may be much larger than rounding in double explains.
    /// <para>Some charges are redundant. With <c>n</c> terms of magnitude <c>M</c> in all, the difference errs by at most
    /// <c>gamma_(n+1) M</c>, and <c>gamma_(n+4) M</c> is charged: the remaining <c>3 u M</c> cover the roundings of the products
    /// <c>c L</c>, at most <c>u M</c>. What a constant's product loses to underflow, at most <c>2^-1075</c> a term, is covered by the two
    /// steps outward of its bound, which move by <c>2^-1074</c> each and round by half of that. The biases of the terms need no magnitude
    /// of their own: their partial sum is a bound of the terms, which is stepped outward, less what their rows give; both that and the sum
    /// of the rows begin and end near 0, so that no partial sum of either exceeds <c>M / 2</c>. The last steps outward of
    /// <c>low - moved</c> and <c>high + moved</c> are at most <c>2.1 u M</c>; they are redundant too, wherever the box or these charges
    /// have widened the ends by more. All are kept: they cost nothing, and the next change may need them.</para>
    /// </remarks>
    public AddedNeuron Shifted(double[] weights, double constant, IReadOnlyList<(int Neuron, double Coefficient)> terms)
    {
        (double lower, double upper) = Inputs.Range(weights, constant);
        double low = 0, high = 0, rest = constant;
        double[] left = [.. weights];
        double magnitude = UpperBound.Add(UpperBound.MagnitudeDot(weights, Inputs.Magnitude), Math.Abs(constant));
        foreach ((int j, double c) in terms)
        {
            DraftRow row = Layer.Rows[j];
            low = Math.BitDecrement(low + Math.BitDecrement(c * (c >= 0 ? row.Lower : row.Upper)));
            high = Math.BitIncrement(high + Math.BitIncrement(c * (c >= 0 ? row.Upper : row.Lower)));
            double size = UpperBound.Add(UpperBound.MagnitudeDot(Layer.Row(j), Inputs.Magnitude), Math.Abs(row.Bias));
            magnitude = UpperBound.Add(magnitude, UpperBound.Multiply(Math.Abs(c), size));
            TensorPrimitives.MultiplyAdd(Layer.Row(j), -c, left, left);
            rest = Math.FusedMultiplyAdd(-c, row.Bias, rest);
        }

        double rounding = UpperBound.Add(
            UpperBound.Multiply(UpperBound.Gamma(terms.Count + 4), magnitude),
            UpperBound.Add(UpperBound.Underflows(Inputs.Magnitude), UpperBound.Underflows([1])));
        double moved = UpperBound.Add(Inputs.Largest(left, rest), rounding);
        lower = Math.Max(lower, Math.BitDecrement(low - moved)); // NaN, where nothing is known, is rejected below
        upper = Math.Min(upper, Math.BitIncrement(high + moved));
        double room = 1e-14 * (Math.Abs(lower) + Math.Abs(constant));
        double bias = lower >= 0 ? constant : constant - lower + room;
        // The error covers the roundings of the shift and of a lower end below 0; the last step outward those of an upper end far above the
        // biases.
        double shift = bias - constant, error = 4 * Rounding.Unit * (Math.Abs(bias) + Math.Abs(constant));
        return new(weights, bias, Math.BitDecrement(lower + shift - error), Math.BitIncrement(upper + shift + error));
    }

    /// <summary>A rewrite of this layer; the other neuron of a pair goes as well where no weight on it is left.</summary>
    public LayerRewrite Rewrite(
        CompressionStepKind kind, string description, RewrittenNeuron[] rewritten, AddedNeuron[] added, OutgoingWeights next)
    {
        HashSet<int> cancelled = [.. Opposites.Select(j => fates[j].Of).Where(k => next.IsZero(next.PlaceOf(k)))];
        if (cancelled.Count == next.Columns)
            cancelled.Clear(); // a layer has at least one neuron
        return new()
        {
            At = At,
            Kind = kind,
            Description = description,
            Fates = [.. rewritten.Select((fate, j) => cancelled.Contains(j) ? new(NeuronFate.Cancelled) : fate)],
            Added = added,
            NextWeights = cancelled.Count == 0 ? next.Weights : next.Without(cancelled.Select(next.PlaceOf).ToHashSet()),
            NextBias = next.Bias,
        };
    }

    /// <summary>
    /// The linear function that each neuron of the next layer gets from the linear neurons: <c>W_out W</c> and <c>W_out b</c>, row-major.
    /// </summary>
    /// <param name="rounding">A weight is set to 0 if its magnitude is at most this, relative to the magnitudes of its terms.</param>
    /// <param name="cancellation">When cancelled, throws.</param>
    public (double[] Weights, double[] Constants) Outputs(double rounding, CancellationToken cancellation)
    {
        double[] magnitudes = new double[Layer.Columns], absolute = Array.ConvertAll(Layer.Weights, Math.Abs);
        var weights = new double[(long)Next.Count * Layer.Columns];
        var constants = new double[Next.Count];
        for (int i = 0; i < Next.Count; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            Span<double> row = weights.AsSpan(i * Layer.Columns, Layer.Columns);
            Array.Clear(magnitudes);
            foreach (int j in All)
            {
                double weight = Next.Row(i)[j];
                if (weight == 0)
                    continue;
                TensorPrimitives.MultiplyAdd(Layer.Row(j), weight, row, row);
                TensorPrimitives.MultiplyAdd(absolute.AsSpan(j * Layer.Columns, Layer.Columns), Math.Abs(weight), magnitudes, magnitudes);
                constants[i] += weight * Layer.Bias[j];
            }

            for (int c = 0; c < row.Length; c++)
            {
                if (Math.Abs(row[c]) <= rounding * magnitudes[c])
                    row[c] = 0;
            }
        }

        return (weights, constants);
    }
}

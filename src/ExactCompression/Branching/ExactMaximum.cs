using ExactCompression.Numerics;
using ExactCompression.Verdicts;

namespace ExactCompression.Branching;

/// <summary>
/// Decides the sign of a neuron's largest or smallest value by enumerating the network's linear pieces over the box, in exact arithmetic:
/// complete, and affordable where few rectifiers are open. What bounds leave open only because of rounding, or because of a tie at 0 across
/// a kink, is settled here.
/// </summary>
/// <remarks>
/// On the closed piece where each rectifier is fixed on (its pre-activation is not negative) or off (it is not positive) every
/// pre-activation is affine, so its extremes are linear programs. The pieces cover the box, whether they have an interior or not; and a
/// value that is attained on a piece is the network's value there.
/// </remarks>
internal sealed class ExactMaximum
{
    /// <summary>With more inputs a linear program is too large to be solved thousands of times.</summary>
    private const int MostInputs = 24;

    /// <summary>With more open rectifiers there are too many pieces to enumerate.</summary>
    private const int MostOpen = 64;

    private readonly VerdictLedger ledger;
    private readonly CancellationToken cancellation;
    private readonly int layer;
    private readonly int index;
    private readonly bool above;
    private readonly bool[][] read;
    private readonly int[] inputs;
    private readonly long most;
    private long effort;

    private ExactMaximum(VerdictLedger ledger, int index, bool above, long most, CancellationToken cancellation)
    {
        (this.ledger, this.index, this.above, this.most, this.cancellation) = (ledger, index, above, most, cancellation);
        (layer, int neuron) = ledger.Place(index);
        read = new bool[layer][];
        read[layer - 1] = new bool[ledger.Network.WidthOf(layer)];
        read[layer - 1][neuron] = true;
        for (int l = layer - 1; l >= 1; l--)
        {
            AffineLayer reader = ledger.Network.HiddenLayer(l + 1);
            read[l - 1] = [.. Enumerable.Range(0, ledger.Network.WidthOf(l)).Select(j =>
                !(ledger.Upper[ledger.Offsets[l - 1] + j] <= 0)
                    && Enumerable.Range(0, reader.Outputs).Any(i => read[l][i] && reader.Row(i)[j] != 0))];
        }

        inputs = ledger.Domain.VaryingInputs();
    }

    /// <summary>The sign of the largest value of <c>z</c>, or of <c>-z</c>.</summary>
    /// <param name="ledger">What is known; not modified.</param>
    /// <param name="index">The neuron, by its index over all layers.</param>
    /// <param name="above">True for <c>z</c>, false for <c>-z</c>.</param>
    /// <param name="most">The maximum work, in products of exact numbers.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <param name="spent">How much work was done.</param>
    /// <returns>-1, 0 or 1: 1 also where it is only known to be above 0. Null where that would take more work, or where weights carry a
    /// radius, or the network is no chain of dense layers.</returns>
    public static int? Sign(VerdictLedger ledger, int index, bool above, long most, CancellationToken cancellation, out long spent)
    {
        spent = 0;
        int last = ledger.Place(index).Layer;
        if (!ledger.Network.IsDense)
            return null; // only chains of dense layers are enumerated
        if (ledger.Domain.VaryingInputs().Length > MostInputs || Enumerable.Range(1, last).Any(l => !ledger.Network.HiddenLayer(l).IsExact))
            return null;
        var regions = new ExactMaximum(ledger, index, above, most, cancellation);
        if (regions.Open() > MostOpen)
            return null;
        int? sign = regions.Run();
        spent = regions.effort;
        return sign;
    }

    private int? Run()
    {
        int size = inputs.Length;
        ReadOnlySpan<double> lower = ledger.Domain.Lower.Span, upper = ledger.Domain.Upper.Span;
        var widths = new Dyadic[size];
        var coordinates = new Dyadic[ledger.Network.InputSize][];
        for (int i = 0; i < coordinates.Length; i++)
        {
            coordinates[i] = new Dyadic[size + 1];
            coordinates[i][size] = lower[i];
        }

        for (int k = 0; k < size; k++)
        {
            widths[k] = (Dyadic)upper[inputs[k]] - lower[inputs[k]];
            coordinates[inputs[k]][k] = 1.0;
        }

        return Visit(1, coordinates, new(widths));
    }

    /// <summary>The number of rectifiers below whose phase bounds do not fix.</summary>
    private int Open()
    {
        int open = 0;
        for (int l = 1; l < layer; l++)
        {
            for (int n = 0; n < read[l - 1].Length; n++)
            {
                if (read[l - 1][n] && !(ledger.Lower[ledger.Offsets[l - 1] + n] >= 0))
                    open++;
            }
        }

        return open;
    }

    /// <summary>
    /// The largest sign over the pieces of a polytope on which the activations before a layer are affine; null where that takes too much
    /// work.
    /// </summary>
    private int? Visit(int current, Dyadic[]?[] activations, ExactTableau piece)
    {
        AffineLayer map = ledger.Network.HiddenLayer(current);
        if (current == layer)
        {
            Dyadic[] own = Affine(map, index - ledger.Offsets[layer - 1], activations);
            return Sign(piece, above ? own : Negated(own));
        }

        return Choose(current, map, activations, new Dyadic[map.Outputs][], 0, piece);
    }

    /// <summary>Fixes a layer's rectifiers one after another to each phase that the polytope allows.</summary>
    private int? Choose(int current, AffineLayer map, Dyadic[]?[] activations, Dyadic[]?[] next, int neuron, ExactTableau piece)
    {
        cancellation.ThrowIfCancellationRequested();
        for (; neuron < map.Outputs; neuron++)
        {
            int at = ledger.Offsets[current - 1] + neuron;
            next[neuron] = null;
            if (!read[current - 1][neuron])
                continue;
            Dyadic[] z = Affine(map, neuron, activations);
            if (ledger.Lower[at] >= 0)
            {
                next[neuron] = z;
                continue;
            }

            ExactTableau on = piece.Copy(), off = piece.Copy();
            if (Sign(on, z) is not { } most || Sign(off, Negated(z)) is not { } least)
                return null;
            if (most <= 0)
                continue;
            if (least <= 0)
            {
                next[neuron] = z;
                continue;
            }

            on.Require(z);
            off.Require(Negated(z));
            Dyadic[]?[] other = [.. next];
            other[neuron] = z;
            int? first = Choose(current, map, activations, other, neuron + 1, on);
            return first is null or > 0
                ? first
                : Choose(current, map, activations, next, neuron + 1, off) is { } second
                ? Math.Max(first.Value, second) : null;
        }

        return Visit(current + 1, next, piece);
    }

    private int? Sign(ExactTableau piece, Dyadic[] function)
    {
        long before = piece.Effort;
        int sign = piece.MaximumSign(function, cancellation);
        effort += piece.Effort - before + function.Length;
        return effort <= most ? sign : null;
    }

    /// <summary>
    /// A neuron's pre-activation as a function of the open inputs, the constant last. An activation that is left out is 0.
    /// </summary>
    private Dyadic[] Affine(AffineLayer map, int neuron, Dyadic[]?[] activations)
    {
        ReadOnlySpan<double> row = map.Row(neuron);
        var sum = new Dyadic[inputs.Length + 1];
        effort += row.Length;
        sum[^1] = map.Bias.Span[neuron];
        for (int j = 0; j < row.Length; j++)
        {
            if (row[j] == 0 || activations[j] is not { } terms)
                continue;
            effort += sum.Length;
            for (int k = 0; k < sum.Length; k++)
                sum[k] += (Dyadic)row[j] * terms[k];
        }

        return sum;
    }

    private static Dyadic[] Negated(Dyadic[] function) => Array.ConvertAll(function, static c => -c);
}

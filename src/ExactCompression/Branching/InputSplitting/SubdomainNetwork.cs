using ExactCompression.Bounds;
using ExactCompression.Networks;
using ExactCompression.Numerics;
using ExactCompression.Verdicts;

namespace ExactCompression.Branching.InputSplitting;

/// <summary>
/// What the bounds over all subdomains of an input box share: the layers, and the largest rounding errors anywhere in the whole box,
/// which are charged in every subdomain. Immutable, so threads share it.
/// </summary>
internal sealed class SubdomainNetwork
{
    /// <summary>Prepares the layers up to one.</summary>
    /// <param name="ledger">What is known on the whole box; not modified.</param>
    /// <param name="deepest">1-based hidden layer.</param>
    public SubdomainNetwork(VerdictLedger ledger, int deepest)
    {
        Offsets = ledger.Offsets[..(deepest + 1)];
        Lower = ledger.Lower[..Offsets[^1]];
        Upper = ledger.Upper[..Offsets[^1]];
        Inputs = ledger.Network.InputSize;
        Layers = new SubdomainLayer[deepest];
        ActivationRange input = ActivationRange.OfInput(ledger.Domain);
        double loss = 0;
        for (int l = 0; l < deepest; l++)
        {
            AffineLayer map = ledger.Network.HiddenLayer(l + 1);
            Tighten(map, input, Lower.AsSpan(Offsets[l], map.Outputs), Upper.AsSpan(Offsets[l], map.Outputs));
            using var whole = LayerRelaxation.Of(
                LoweredLayer.Of(map, l + 1), [SourceRange.Of(input, map.Outputs)],
                Lower.AsSpan(Offsets[l], map.Outputs), Upper.AsSpan(Offsets[l], map.Outputs));
            Layers[l] = new(map, input, whole.Lines.Error, Rounding.Gamma((2L * Offsets[^1]) + Inputs + 2), loss);
            loss += whole.Loss;
            input = whole.Output;
        }
    }

    /// <summary>Number of inputs.</summary>
    public int Inputs { get; }

    /// <summary>Where each layer's neurons begin.</summary>
    public int[] Offsets { get; }

    /// <summary>Lower bounds on the whole box.</summary>
    public double[] Lower { get; }

    /// <summary>Upper bounds on the whole box.</summary>
    public double[] Upper { get; }

    /// <summary>The layers.</summary>
    public SubdomainLayer[] Layers { get; }

    /// <summary>Interval bounds on the whole box where nothing better is known: the charges need some finite range.</summary>
    private static void Tighten(AffineLayer map, ActivationRange input, Span<double> lower, Span<double> upper)
    {
        double[] low = new double[map.Outputs], high = new double[map.Outputs];
        IntervalBounds.Propagate(map, input, low, high);
        for (int i = 0; i < low.Length; i++)
        {
            if (low[i] > lower[i] && !double.IsPositiveInfinity(low[i]))
                lower[i] = low[i];
            if (high[i] < upper[i] && !double.IsNegativeInfinity(high[i]))
                upper[i] = high[i];
        }
    }
}

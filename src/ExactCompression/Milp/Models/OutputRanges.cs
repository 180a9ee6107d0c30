using ExactCompression.Verdicts;

namespace ExactCompression.Milp.Models;

/// <summary>Proven bounds of a network's outputs.</summary>
/// <param name="Lower">Lower bounds; infinite where nothing is known.</param>
/// <param name="Upper">Upper bounds.</param>
/// <param name="Best">The best input that a search for the objective's optimum has found; null without one.</param>
internal sealed record OutputRanges(double[] Lower, double[] Upper, double[]? Best)
{
    /// <summary>Bounds all outputs.</summary>
    /// <param name="ledger">Proven bounds of all rectifiers.</param>
    /// <param name="options">The objective, and how long to search for its optimum.</param>
    /// <param name="clock">Threads, and the token to stop on.</param>
    public static OutputRanges Of(VerdictLedger ledger, MilpModelOptions options, SearchClock clock)
    {
        var lower = new List<double>();
        var upper = new List<double>();
        double[]? best = null;
        foreach (int value in ledger.Graph.RequireOutputs(ledger.Network.Name))
        {
            int first = lower.Count, width = ledger.Graph.ShapeOf(value).Count;
            if (value == 0)
            {
                lower.AddRange(ledger.Domain.For(width).Lower.Span);
                upper.AddRange(ledger.Domain.For(width).Upper.Span);
                continue;
            }

            using var outputs = OutputLayers.Of(ledger, value, linear: !options.IntervalsAlone, clock.Parallel);
            bool isRectified = ledger.Graph.Layers[value - 1].IsRectifier;
            if (options.Output is { } asked && asked >= first && asked < first + width && options.SearchTime > TimeSpan.Zero)
                best = Search(ledger, options, outputs, asked - first, clock);
            lower.AddRange(outputs.Lower.Select(z => Finite(isRectified ? Math.Max(0, z) : z, double.NegativeInfinity)));
            upper.AddRange(outputs.Upper.Select(z => Finite(isRectified ? Math.Max(0, z) : z, double.PositiveInfinity)));
        }

        return new([.. lower], [.. upper], best);
    }

    private static double Finite(double bound, double other) => BigMEncoding.IsOrdinary(bound) ? bound : other;

    private static double[]? Search(
        VerdictLedger ledger, MilpModelOptions options, OutputLayers outputs, int element, SearchClock clock)
    {
        using var search = new OutputSearch(outputs, element, options.Maximize);
        search.Run(options.SearchTime, clock.Parallel);
        if (options.Maximize)
            outputs.Upper[element] = Math.Min(outputs.Upper[element], search.Bound);
        else
            outputs.Lower[element] = Math.Max(outputs.Lower[element], -search.Bound);
        if (search.Input is not { Length: > 0 } input)
            return null;
        InputDomain box = ledger.Domain.For(input.Length);
        return [.. input.Select((x, i) => Math.Clamp(x, box.Lower.Span[i], box.Upper.Span[i]))];
    }
}

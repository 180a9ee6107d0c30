using ExactCompression.Tests.Oracles;

namespace ExactCompression.Tests.Campaigns;

/// <summary>Compressions at all levels, in both precisions, beside the exact largest difference over the box.</summary>
internal sealed class CompressionCampaign : CampaignPart
{
    public override string Name => "Compressions";

    public override int PerThousand => 100;

    protected override void Try(CampaignCase place, CampaignReport report)
    {
        Random random = place.Random();
        HardCase c = HardCases.Make(random);
        StabilityTable table = c.Table;
        foreach (CompressionLevel level in Enum.GetValues<CompressionLevel>())
        {
            var options = new CompressionOptions
            {
                Level = level,
                Precision = random.Next(3) switch { 0 => WeightPrecision.Float32, 1 => WeightPrecision.Float64, _ => null },
                Objective = (CompressionObjective)random.Next(3),
                Tolerance = level == CompressionLevel.Maximal && random.Next(2) == 0 ? Math.Pow(10, -random.Next(0, 16)) : null,
            };
            Check(place, c, table, options, report);
        }
    }

    private static void Check(CampaignCase place, HardCase c, StabilityTable table, CompressionOptions options, CampaignReport report)
    {
        CompressionResult result;
        try
        {
            result = LeoCompression.Compress(table, options, default);
        }
        catch (InvalidInputException)
        {
            report.Count("compressions refused");
            return;
        }

        report.Count("compressions");
        Check(place, c, result, options, report);
    }

    /// <summary>Holds what a compression states against what is true of it.</summary>
    internal static void Check(CampaignCase place, HardCase c, CompressionResult result, CompressionOptions options, CampaignReport report)
    {
        void Wrong(string kind, Rational exact) => report.Fault(place.Fault(
            kind,
            $"{options}: proven {result.ProvenDeviation:R}, exact {exact}; "
            + $"steps {string.Join(' ', result.Steps.Select(static s => s.Kind))}; compressed {HardCase.Show(result.Compressed)}; {c}"));
        if (ExactRanges.LargestDifference(c.Network, result.Compressed, c.Lower, c.Upper) is not { Value: var exact })
        {
            report.Count("compressions too large for the oracle");
            return;
        }

        if (!(double.IsPositiveInfinity(result.ProvenDeviation) || exact <= result.ProvenDeviation))
            Wrong("DeviationTooSmall", exact);
        if (options.Level == CompressionLevel.DeleteOnly && exact.Sign != 0)
            Wrong("DeletingChanges", exact);
        if (options.Tolerance is { } tolerance && !(result.ProvenDeviation <= tolerance))
            Wrong("ToleranceIgnored", exact);
        if (double.IsPositiveInfinity(result.ProvenDeviation))
            report.Count("compressions without a bound");
        if (result.Compressed.NeuronCount < c.Network.NeuronCount)
            report.Count("compressions that made it smaller");
        if (exact.Sign > 0)
            report.Count("compressions that rounded");
    }
}

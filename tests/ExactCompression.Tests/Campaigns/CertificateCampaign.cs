using ExactCompression.Certificates.Checking;
using ExactCompression.Tests.Certificates;
using ExactCompression.Tests.Oracles;

namespace ExactCompression.Tests.Campaigns;

/// <summary>
/// Certificates, sound and changed, beside exact arithmetic. A changed one claims the very deviation that the checker finds it to
/// show, the smallest that it would accept: if it accepts one below the exact difference, or a false claim on a neuron, that is a
/// forgery. Changes are made to what is sealed, so seals and hashes are no help.
/// </summary>
internal sealed class CertificateCampaign : CampaignPart
{
    private const int Changes = 17;

    private static readonly CheckBudget Unlimited = new(threads: 1);

    public override string Name => "Certificates";

    public override int PerThousand => 50;

    protected override void Try(CampaignCase place, CampaignReport report)
    {
        Random random = place.Random();
        HardCase c = HardCases.Make(random);
        StabilityTable table = c.Table;
        CompressionResult result = LeoCompression.Compress(table,
            new() { Level = (CompressionLevel)random.Next(3), Precision = random.Next(3) == 0 ? WeightPrecision.Float32 : null }, default);
        var exact = new ExactClaims(result, c.Lower, c.Upper);
        if (exact.Difference is null)
        {
            report.Count("certificates too large for the oracle");
            return;
        }

        Certificate certificate;
        try
        {
            certificate = CompressionCertificate.Make(result, default);
        }
        catch (InvalidInputException e)
        {
            report.Count("compressions that no certificate is found for");
            if (e.Message.Contains("fault of the module", StringComparison.Ordinal))
                report.Fault(place.Fault("NotExported", $"{e.Message}; proven {result.ProvenDeviation:R}; {c}"));
            return;
        }

        report.Count("certificates");
        Require(place, certificate, exact, "as exported", c, report);
        Certificate? sound = null;
        for (int change = 0; change < Changes; change++)
        {
            (Certificate changed, string what) = Tampering.Of(change % 3 == 2 && sound is not null ? sound : certificate, random);
            if (change % 4 == 3)
                (changed, what) = (Tampering.Of(changed, random) is var (again, more) ? again : changed, $"{what}, {more}");
            if (Accepted(place, changed, exact, result, what, c, report))
                sound = changed;
        }
    }

    /// <summary>
    /// Whether a changed certificate is accepted with the deviation that it shows; if so, all that it claims must be true.
    /// </summary>
    private static bool Accepted(CampaignCase place, Certificate changed, ExactClaims exact, CompressionResult result, string what,
        HardCase c, CampaignReport report)
    {
        report.Count("changed certificates");
        changed = changed with { DomainHash = ContentHash.Of(changed.Lower, changed.Upper) };
        double deviation;
        try
        {
            deviation = CertificateCheck.Derive(changed, result.Original, result.Compressed, null, Unlimited).Deviation;
        }
        catch (Refusal)
        {
            return false;
        }

        if (!double.IsFinite(deviation))
            return false;
        if (deviation < 0)
            report.Fault(place.Fault("NegativeDeviation", $"A deviation of {deviation:R} is accepted, {what} changed; {c}"));
        changed = changed with { Deviation = deviation };
        try
        {
            CertificateCheck.Check(changed, result.Original, result.Compressed, null, Unlimited);
        }
        catch (Refusal)
        {
            report.Count("changed certificates that show more than they show");
            return false;
        }

        report.Count("changed certificates accepted");
        ExactClaims over = changed.Lower.AsSpan().SequenceEqual(exact.Lower) && changed.Upper.AsSpan().SequenceEqual(exact.Upper)
            ? exact : new(result, changed.Lower, changed.Upper);
        Require(place, changed, over, what, c, report);
        return true;
    }

    /// <summary>Holds what an accepted certificate claims against what is true.</summary>
    internal static void Require(CampaignCase place, Certificate certificate, ExactClaims exact, string what, HardCase c,
        CampaignReport report)
    {
        if (exact.Difference is { } difference && !(difference <= certificate.Deviation))
            report.Fault(place.Fault("FalseDeviation", $"{what}: {certificate.Deviation:R} is accepted, exact {difference}; {c}"));
        if (exact.FalseClaim(certificate) is { } claim)
            report.Fault(place.Fault("FalseClaim", $"{what}: {claim} is accepted; {c}"));
    }

    /// <summary>What is true of a compression over a box.</summary>
    internal sealed class ExactClaims(CompressionResult result, double[] lower, double[] upper)
    {
        private readonly ExactRanges.Range[][]? original = ExactRanges.Of(result.Original, lower, upper);
        private readonly ExactRanges.Range[][]? compressed = ExactRanges.Of(result.Compressed, lower, upper);

        public double[] Lower => lower;

        public double[] Upper => upper;

        public Rational? Difference { get; } = ExactRanges.LargestDifference(result.Original, result.Compressed, lower, upper)?.Value;

        public string? FalseClaim(Certificate certificate) =>
            FalseClaim(certificate.Original, original, "original") ?? FalseClaim(certificate.Compressed, compressed, "compressed");

        private static string? FalseClaim(LayerClaims[] claims, ExactRanges.Range[][]? ranges, string network)
        {
            for (int l = 0; l < claims.Length && ranges is not null; l++)
            {
                for (int i = 0; i < claims[l].States.Length; i++)
                {
                    (Rational min, Rational max) = (ranges[l][i].Min.Value, ranges[l][i].Max.Value);
                    char state = claims[l].States[i];
                    if (!(state switch { 'i' => max.Sign <= 0, 'a' => min.Sign >= 0, 'u' => min.Sign < 0 && max.Sign > 0, _ => true }))
                        return $"{network}, layer {l + 1}, neuron {i} '{state}', true range {min} to {max}";
                }
            }

            return null;
        }
    }
}

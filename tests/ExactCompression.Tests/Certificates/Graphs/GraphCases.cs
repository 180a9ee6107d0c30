using ExactCompression.Certificates.Checking;
using ExactCompression.Tests.Oracles;
using Xunit;

namespace ExactCompression.Tests.Certificates.Graphs;

/// <summary>Compressed graphs of every operator with their certificates, and what must be true of these.</summary>
internal static class GraphCases
{
    /// <summary>Unlimited work.</summary>
    public static CheckBudget Unlimited { get; } = new();

    /// <summary>Compressions, and the certificates that were made for them.</summary>
    public static IReadOnlyList<(CompressionResult Result, GraphCertificate? Certificate)> All => Made.Value;

    private static Lazy<IReadOnlyList<(CompressionResult, GraphCertificate?)>> Made { get; } = new(
        static () => [.. Enumerable.Range(0, 30).Select(Next).OfType<(CompressionResult, GraphCertificate?)>()]);

    /// <summary>Requires that what a certificate claims is true at points of the domain, in exact arithmetic.</summary>
    /// <param name="certificate">The certificate.</param>
    /// <param name="original">The network before compression.</param>
    /// <param name="compressed">The network after.</param>
    /// <param name="random">What decides the points.</param>
    /// <param name="points">How many of them.</param>
    public static void AssertTrue(
        GraphCertificate certificate, ReluNetwork original, ReluNetwork compressed, Random random, int points = 6)
    {
        CheckedGraph graph = GraphReading.Read(original, "original", Unlimited);
        CheckedGraph other = GraphReading.Read(compressed, "compressed", Unlimited);
        for (int n = 0; n < points; n++)
        {
            Rational[] point = [.. certificate.Lower.Zip(certificate.Upper, (a, b) => (Rational)(random.Next(4) switch
            {
                0 => a,
                1 => b,
                _ => Math.Clamp(a + (random.NextDouble() * (b - a)), a, b),
            }))];
            Rational[][] before = ExactValues.Of(graph, point), after = ExactValues.Of(other, point);
            for (int k = 0; k < graph.Rectifiers.Count; k++)
            {
                Rational[] z = before[((RectifiedValue)graph.Values[graph.Rectifiers[k]]).Source];
                string states = certificate.Original.Rectifiers[k].States;
                for (int i = 0; i < z.Length; i++)
                    Assert.True(states[i] switch { 'i' => z[i].Sign <= 0, 'a' => z[i].Sign >= 0, _ => true }, $"{k}, {i}: {states[i]}");
            }

            Rational[] from = [.. graph.Outputs.SelectMany(v => before[v])], to = [.. other.Outputs.SelectMany(v => after[v])];
            Assert.Equal(from.Length, to.Length);
            Assert.All(from.Zip(to), p => Assert.True(Rational.Abs(p.First - p.Second) <= certificate.Deviation));
        }
    }

    private static (CompressionResult Result, GraphCertificate? Certificate)? Next(int k)
    {
        var random = new Random(k + Sampling.CampaignSeed);
        (ReluNetwork network, InputDomain domain) = k % 2 == 0
            ? CompressibleGraphs.NextBlocks(random)
            : CompressibleGraphs.Next(random, random.Next(3, 12));
        if (network.Depth == 0)
            return null;
        StabilityTable table = StabilityAnalysis.FindStable(
            StabilityTable.Undecided(network, domain), null, new() { TimeLimit = TimeSpan.FromSeconds(0.3) }, CancellationToken.None);
        CompressionResult result = LeoCompression.Compress(
            table, new() { Level = (CompressionLevel)(k / 2 % 3) }, CancellationToken.None);
        try
        {
            return (result, CompressionCertificate.MakeOfGraphs(result, static _ => { }, CancellationToken.None));
        }
        catch (InvalidInputException e) when (e.ErrorId == "CertificateUnrelated")
        {
            return (result, null);
        }
    }
}

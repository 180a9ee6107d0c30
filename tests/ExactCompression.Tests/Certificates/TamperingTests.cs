using CsCheck;
using ExactCompression.Certificates.Checking;
using ExactCompression.Formats;
using ExactCompression.Tests.Compression;
using ExactCompression.Tests.Formats;
using ExactCompression.Tests.Oracles;
using Xunit;

namespace ExactCompression.Tests.Certificates;

/// <summary>Nothing that was changed passes; and what was sealed anew passes only where it is still true.</summary>
public class TamperingTests
{
    private static readonly CheckBudget Unlimited = new();

    [Theory]
    [InlineData(".json")]
    [InlineData(".json.gz")]
    public void Run_AThousandDamagedFiles_AreAllRefused(string extension)
    {
        CompressionResult result = Made.Compression(NetworkFormats.Read(TestFiles.Example("digits_48-32-24_l1-0.004.onnx")));
        using var folder = new TemporaryFolder();
        string path = folder.File("certificate" + extension), damaged = folder.File("damaged" + extension);
        CompressionCertificate.Write(result, path);
        Assert.True(CertificateCheck.Run(path, result.Original, result.Compressed).Valid);
        byte[] whole = File.ReadAllBytes(path);
        var random = new Random(5);
        for (int n = 0; n < 1000; n++)
        {
            File.WriteAllBytes(damaged, Damaged(whole, random));
            try
            {
                CertificateReport report = CertificateCheck.Run(damaged, result.Original, result.Compressed);
                if (report.Valid && extension.EndsWith(".gz", StringComparison.Ordinal))
                {
                    // Some bits of a packed file mean nothing, such as those that fill the last byte: the certificate is whole then.
                    Assert.Equal(CertificateFile.Read(path).Body.ToArray(), CertificateFile.Read(damaged).Body.ToArray());
                    continue;
                }

                Assert.False(report.Valid);
                Assert.False(string.IsNullOrEmpty(report.Place) || string.IsNullOrEmpty(report.Reason));
                Assert.Equal(double.PositiveInfinity, report.ProvenDeviation);
            }
            catch (InvalidFileException e)
            {
                Assert.StartsWith("Certificate", e.ErrorId, StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public void Run_AnyWeightMovedByTheLeast_NamesItsLayer()
    {
        CompressionResult result = Made.Compression(NetworkFormats.Read(TestFiles.Example("digits_48-32-24_l1-0.004.onnx")));
        using var folder = new TemporaryFolder();
        CompressionCertificate.Write(result, folder.File("c.json"));
        var random = new Random(6);
        for (int n = 0; n < 60; n++)
        {
            bool ofOriginal = random.Next(2) == 0;
            (ReluNetwork moved, int layer) = Moved(ofOriginal ? result.Original : result.Compressed, random);
            CertificateReport report = CertificateCheck.Run(
                folder.File("c.json"), ofOriginal ? moved : result.Original, ofOriginal ? result.Compressed : moved);
            Assert.False(report.Valid);
            Assert.Equal($"{(ofOriginal ? "original" : "compressed")}, layer {layer}, sha256", report.Place);
        }
    }

    /// <summary>Changed in content, as the file would be after sealing it anew: a false claim never passes.</summary>
    [Fact]
    public void Check_ChangedContent_PassesOnlyWhereItIsTrue()
    {
        int refused = 0, passed = 0, trees = 0;
        Gen.Select(
            Gen.OneOf(
                SplitNetworks.Any.Select(
                    static n => (n, new double[n.InputSize], Array.ConvertAll(new double[n.InputSize], static _ => 1.0))),
                    RandomNetworks.Cases().Select(static c => (c.Network, c.Lower, c.Upper))), Gen.Int).ForAll(
            c =>
            {
                ((ReluNetwork network, double[] lower, double[] upper), int seed) = c;
                CompressionResult result = Made.Compression(network, new(lower, upper), (CompressionLevel)(Math.Abs(seed % 3)));
                if (Made.Certificate(result) is not { } certificate)
                    return;
                Interlocked.Add(ref trees, certificate.Original.Sum(static l => l.Trees.Length));
                var random = new Random(seed);
                for (int n = 0; n < 30; n++)
                {
                    (Certificate changed, string what) = Tampering.Of(certificate, random);
                    if (what == "domain")
                        changed = changed with { DomainHash = ContentHash.Of(changed.Lower, changed.Upper) };
                    if (!Passes(changed, result.Original, result.Compressed))
                    {
                        Interlocked.Increment(ref refused);
                        continue;
                    }

                    Interlocked.Increment(ref passed);
                    CertificateProperties.AssertTrue(changed, network, changed.Lower, changed.Upper);
                    foreach (double[] point in CertificateProperties.Corners(changed.Lower, changed.Upper))
                        Assert.True(ExactDifference.At(result.Original, result.Compressed, point) <= changed.Deviation, what);
                }
            },
            count: 150);
        Assert.InRange(refused, 1000, int.MaxValue);
        Assert.InRange(passed, 100, int.MaxValue); // spare evidence taken away, slopes that still do
        Assert.InRange(trees, 20, int.MaxValue);
    }

    /// <summary>The same for relations of networks with many stable and dependent neurons, of which all kinds occur.</summary>
    [Fact]
    public void Check_ChangedRelation_PassesOnlyWhereItIsTrue()
    {
        int refused = 0, passed = 0, unrelated = 0;
        var seen = new System.Collections.Concurrent.ConcurrentDictionary<char, int>();
        Gen.Select(Gen.OneOf(StableNetworks.Any, SplitNetworks.Any), Gen.Enum<CompressionLevel>(), Gen.Int).SelectMany(
            n => Gen.Select(Gen.Const(n.Item1), Gen.Const(n.Item2), Gen.Const(n.Item3), StableNetworks.Domain(n.Item1.InputSize))).ForAll(
            c =>
            {
                (ReluNetwork network, CompressionLevel level, int seed, InputDomain domain) = c;
                CompressionResult result = Made.Compression(network, domain, level);
                if (Made.Certificate(result) is not { } certificate)
                {
                    Interlocked.Increment(ref unrelated);
                    return;
                }

                var random = new Random(seed);
                foreach (char kind in certificate.Relation.Layers.SelectMany(static l => l.Kinds))
                    seen.AddOrUpdate(kind, 1, static (_, n) => n + 1);
                for (int n = 0; n < 30; n++)
                {
                    Certificate changed = certificate with { Relation = Tampering.Of(certificate.Relation, random),
                        Deviation = certificate.Deviation * (random.Next(2) == 0 ? 1 : 1e6) };
                    if (!Passes(changed, result.Original, result.Compressed))
                    {
                        Interlocked.Increment(ref refused);
                        continue;
                    }

                    Interlocked.Increment(ref passed);
                    foreach (double[] point in CertificateProperties.Corners([.. domain.Lower.Span], [.. domain.Upper.Span]))
                        Assert.True(ExactDifference.At(result.Original, result.Compressed, point) <= changed.Deviation);
                }
            },
            count: 250);
        Assert.InRange(refused, 1000, int.MaxValue);
        Assert.InRange(passed, 100, int.MaxValue);
        Assert.InRange(unrelated, 0, 25);
        Assert.Superset("cfgjlo".ToHashSet(), seen.Keys.ToHashSet());
    }

    /// <summary>
    /// A certificate for other weights, with the hashes of those: it passes only where the deviation still covers the difference.
    /// </summary>
    [Fact]
    public void Check_OtherWeightsWithTheirHashes_PassesOnlyWhereItIsTrue()
    {
        int refused = 0, passed = 0;
        RandomNetworks.Cases().ForAll(
            c =>
            {
                CompressionResult result = Made.Compression(c.Network, c.Domain);
                if (Made.Certificate(result) is not { } certificate)
                    return;
                var random = new Random(c.ToString().Length);
                for (int n = 0; n < 5; n++)
                {
                    (ReluNetwork moved, _) = Moved(result.Compressed, random, n % 2 == 0 ? 1e-3 : 0);
                    if (!Passes(certificate with { CompressedHashes = ContentHash.Of(moved, Unlimited) }, result.Original, moved))
                    {
                        refused++;
                        continue;
                    }

                    passed++;
                    foreach (double[] point in CertificateProperties.Corners(c.Lower, c.Upper))
                        Assert.True(ExactDifference.At(result.Original, moved, point) <= certificate.Deviation);
                }
            },
            count: 100,
            threads: 1);
        Assert.InRange(refused, 100, int.MaxValue);
    }

    private static bool Passes(Certificate certificate, ReluNetwork original, ReluNetwork compressed)
    {
        try
        {
            CertificateCheck.Check(certificate, original, compressed, null, Unlimited);
            return true;
        }
        catch (Refusal e)
        {
            Assert.NotEmpty(e.Place);
            return false;
        }
    }

    /// <summary>A file with some bytes changed, taken away or added.</summary>
    internal static byte[] Damaged(byte[] whole, Random random)
    {
        int at = random.Next(whole.Length);
        byte[] changed = [.. whole];
        switch (random.Next(5))
        {
            case 0:
                changed[at] ^= (byte)(1 << random.Next(8));
                return changed;
            case 1:
                return whole[..at];
            case 2:
                return [.. whole[..at], .. whole[(at + 1)..]];
            case 3:
                return [.. whole[..at], (byte)random.Next(32, 127), .. whole[at..]];
            default:
                int from = random.Next(whole.Length), count = Math.Min(random.Next(1, 9), whole.Length - Math.Max(at, from));
                if (whole.AsSpan(from, count).SequenceEqual(whole.AsSpan(at, count)))
                    changed[at] ^= 1;
                else
                    whole.AsSpan(from, count).CopyTo(changed.AsSpan(at));
                return changed;
        }
    }

    private static (ReluNetwork Network, int Layer) Moved(ReluNetwork network, Random random, double by = 0)
    {
        int moved = random.Next(network.Layers.Count);
        AffineLayer Move(AffineLayer layer)
        {
            double[] weights = layer.Weights.ToArray(), bias = layer.Bias.ToArray(), values = random.Next(4) == 0 ? bias : weights;
            int at = random.Next(values.Length);
            values[at] = by == 0 ? Math.BitIncrement(values[at]) : values[at] + by;
            return new(weights, bias, layer.Outputs, layer.Inputs, layer.Activation, WeightPrecision.Float64);
        }

        return (new([.. network.DenseLayers.Select((l, k) => k == moved ? Move(l) : l)]), moved + 1);
    }
}

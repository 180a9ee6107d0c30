using System.Diagnostics;
using ExactCompression.Certificates.Checking;

namespace ExactCompression;

/// <summary>
/// Checks a certificate against the two networks that it is for: the library behind <c>Test-CompressionCertificate</c>. The checker shares
/// no code with the search and the compression: it reads the file, and does all arithmetic, in this folder, from the networks' weights
/// alone.
/// </summary>
public static class CertificateCheck
{
    /// <summary>Default limit on the operations of a check: minutes on an ordinary machine.</summary>
    public const double DefaultMaximumWork = CheckBudget.DefaultWork;

    /// <summary>Checks a certificate.</summary>
    /// <param name="path">The certificate's full path.</param>
    /// <param name="original">The network before compression.</param>
    /// <param name="compressed">The network after.</param>
    /// <param name="domain">The domain that the certificate must hold over; null for the one that it states.</param>
    /// <param name="maximumWork">How many multiplications and additions the check may take, above 0; a certificate that needs more is
    /// refused.</param>
    /// <param name="cancellation">When cancelled, throws <see cref="OperationCanceledException"/>, within a second.</param>
    /// <exception cref="InvalidFileException">The file is not a certificate.</exception>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidInputException">The domain has another size than the network's input.</exception>
    public static CertificateReport Run(
        string path, ReluNetwork original, ReluNetwork compressed, InputDomain? domain = null, double maximumWork = DefaultMaximumWork,
        CancellationToken cancellation = default)
    {
        if (!(maximumWork > 0))
            throw new ArgumentOutOfRangeException(nameof(maximumWork), maximumWork, "It is a number of operations above 0.");
        var watch = Stopwatch.StartNew();
        var file = CertificateFile.Read(path, cancellation);
        var budget = new CheckBudget(maximumWork, cancellation: cancellation);
        Refusal? refusal = null;
        (double[] Lower, double[] Upper, double Deviation)? stated = null;
        IReadOnlyDictionary<char, int> proven = new Dictionary<char, int>();
        try
        {
            switch (file.Form)
            {
                case CertificateForm.Graphs:
                    GraphCertificate graphs = GraphCertificateParser.Parse(file.Body, cancellation);
                    stated = (graphs.Lower, graphs.Upper, graphs.Deviation);
                    proven = GraphCertificateCheck.Check(graphs, original, compressed, domain, budget);
                    break;
                case CertificateForm.Pair:
                    PairCertificate pair = PairCertificateParser.Parse(file.Body, cancellation);
                    stated = (pair.Lower, pair.Upper, pair.Deviation);
                    proven = PairCertificateCheck.Check(pair, original, compressed, domain, budget);
                    break;
                default:
                    Certificate content = CertificateParser.Parse(file.Body, cancellation);
                    stated = (content.Lower, content.Upper, content.Deviation);
                    proven = Check(content, original, compressed, domain, budget);
                    break;
            }
        }
        catch (Refusal e)
        {
            refusal = e;
        }
        catch (AggregateException e) when (e.Flatten().InnerExceptions.OfType<Refusal>().FirstOrDefault() is { } first)
        {
            refusal = first;
        }
        catch (AggregateException) when (cancellation.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellation);
        }
        catch (Exception e)
            when (e is OverflowException or OutOfMemoryException or ArgumentException or IndexOutOfRangeException
                or AggregateException)
        {
            refusal = new("content", $"It requires more than can be checked: {(e.InnerException ?? e).Message}");
        }

        // A broken seal is reported in any case; any other failure states its location.
        if (!file.IsSealed)
            refusal = new(
                refusal?.Place ?? "seal",
                "The content was changed after it was written" + (refusal?.Place is null or "content" ? "." : $": {refusal.Reason}"));
        return new()
        {
            Path = path,
            Original = original,
            Compressed = compressed,
            Domain = stated is var (lower, upper, _) ? DomainOf(lower, upper) : null,
            Valid = refusal is null,
            ProvenDeviation = refusal is null ? stated!.Value.Deviation : double.PositiveInfinity,
            Place = refusal?.Place,
            Reason = refusal?.Reason,
            Evidence = refusal is null ? Named(proven) : new Dictionary<string, int>(),
            Work = budget.Spent,
            Elapsed = watch.Elapsed,
        };
    }

    /// <summary>Checks everything but the seal.</summary>
    internal static Dictionary<char, int> Check(
        Certificate certificate, ReluNetwork original, ReluNetwork compressed, InputDomain? domain, CheckBudget budget)
    {
        (Dictionary<char, int> proven, double derived) = Derive(certificate, original, compressed, domain, budget);
        Refusal.ThrowIfExceeded(certificate.Deviation, derived);
        return proven;
    }

    /// <summary>
    /// What a certificate proves, whatever deviation it claims: the number of verdicts by evidence, and a bound on the largest difference
    /// of any output, which is not finite if none follows.
    /// </summary>
    internal static (Dictionary<char, int> Proven, double Deviation) Derive(
        Certificate certificate, ReluNetwork original, ReluNetwork compressed, InputDomain? domain, CheckBudget budget)
    {
        if (!original.IsDense || !compressed.IsDense)
            throw new Refusal("networks", "The certificate is for chains of dense layers, and a network is none.");
        ContentHash.Require(certificate.OriginalHashes, ContentHash.Of(original, budget), "original");
        ContentHash.Require(certificate.CompressedHashes, ContentHash.Of(compressed, budget), "compressed");
        var box = InputBox.OfDomain(certificate.Lower, certificate.Upper, certificate.DomainHash, domain, original.InputSize);
        box.RequireInside(certificate.Points);
        var stability = StabilityCheck.Of(certificate.Original, original, box, certificate.Points, "original", budget);
        var known = StabilityCheck.Of(certificate.Compressed, compressed, box, [], "compressed", budget);
        return (stability.Proven,
            RelationCheck.Deviation(certificate.Relation, original, stability.Layers, compressed, known.Layers, box, budget));
    }

    private static InputDomain? DomainOf(double[] lower, double[] upper)
    {
        try
        {
            return new(lower, upper);
        }
        catch (InvalidInputException)
        {
            return null;
        }
    }

    private static Dictionary<string, int> Named(IReadOnlyDictionary<char, int> proven)
    {
        (char Letter, string Name)[] names = [('u', "Witness"), ('.', "Interval"), ('e', "Exact"), ('c', "Crown"), ('s', "Slopes"),
            ('t', "Tree"), ('b', "Boxes"), ('?', "Unclaimed")];
        return names.Where(n => proven.ContainsKey(n.Letter)).ToDictionary(static n => n.Name, n => proven[n.Letter]);
    }
}

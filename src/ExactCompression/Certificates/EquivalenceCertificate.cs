using ExactCompression.Certificates;
using ExactCompression.Certificates.Checking;
using ExactCompression.Formats;

namespace ExactCompression;

/// <summary>
/// Writes certificates of equivalence: that no output of two networks, whatever they have to do with each other, differs by more than the
/// tolerance with which they were compared. The library behind <c>Export-CompressionCertificate</c> for results of
/// <c>Test-NetworkEquivalence</c>.
/// </summary>
/// <remarks>
/// The evidence is derived from the networks alone, and checked before it is written, by the code that will check it again
/// (<see cref="CertificateCheck"/>).
/// </remarks>
public static class EquivalenceCertificate
{
    /// <summary>Writes a certificate, beside the target first and then moved into place.</summary>
    /// <param name="report">A comparison that found two chains of dense layers equivalent in real arithmetic.</param>
    /// <param name="path">Full path; gzipped if it ends in <c>.gz</c>.</param>
    /// <param name="overwrite">Whether an existing file may be replaced.</param>
    /// <param name="cancellation">When cancelled, throws <see cref="OperationCanceledException"/>.</param>
    /// <returns>The deviation that it proves: the tolerance; where a file states several, the largest of them.</returns>
    /// <exception cref="InvalidInputException">The networks were not found equivalent, something else was compared, or no evidence was
    /// found.</exception>
    /// <exception cref="IOException">The file exists and <paramref name="overwrite"/> is false, or it cannot be written.</exception>
    public static double Write(
        EquivalenceReport report, string path, bool overwrite = true, CancellationToken cancellation = default)
    {
        PairCertificate certificate = Make(report, cancellation);
        byte[] body = PairCertificateText.Body(certificate, report.Reference, report.Difference);
        NetworkFiles.Replace(path, overwrite, stream => CertificateText.Write(
            body, stream, path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase), CertificateForm.Pair));
        return certificate.Deviation;
    }

    /// <summary>Makes a certificate and checks it.</summary>
    internal static PairCertificate Make(EquivalenceReport report, CancellationToken cancellation)
    {
        string names = $"'{report.Reference.Name}' and '{report.Difference.Name}'";
        if (report.Equivalent != true)
            throw new InvalidInputException(
                "CertificateNotEquivalent", $"{names} were not proven equivalent, and a certificate says that they are.",
                "Compare them with a larger -Tolerance or a longer -TimeLimit; a result with Equivalent = True can be certified.");
        if (report.Property != EquivalenceProperty.Deviation || report.RelativeTolerance > 0 || report.Arithmetic != Arithmetic.Real)
            throw new InvalidInputException(
                "CertificateOfOtherProperty",
                "Certificates bound the difference of outputs by a number in real arithmetic, and something else was compared.",
                "Leave -Property, -RelativeTolerance and -Arithmetic out of Test-NetworkEquivalence.");
        foreach (ReluNetwork network in (ReluNetwork[])[report.Reference, report.Difference])
            network.RequireDense(
                "A certificate of two networks", "Certificates of graphs are of compressions: export the result of Invoke-LeoCompression.");
        double deviation = report.Specification is { } stated
            ? stated.Ranges.Max(static r => Math.Max(-r.OuterLower, r.OuterUpper)) : report.Tolerance;
        if (!double.IsFinite(deviation))
            throw new InvalidInputException(
                "CertificateOfOtherProperty",
                report.Specification is { } file
                    ? $"{file} leaves outputs free, and a certificate bounds all of them." : "The tolerance is not a finite number.",
                "Compare with a finite -Tolerance.");
        var budget = new CheckBudget(cancellation: cancellation);
        InputDomain domain = report.Domain.For(report.Reference.InputSize);
        try
        {
            if (PairEvidence.Find(report.Reference, report.Difference, domain, deviation, budget) is not { } certificate)
                throw new InvalidInputException(
                    "CertificateUnproven",
                    $"No checkable evidence was found that {names} differ by at most {BoundText.Deviation(deviation)}: the checker accepts "
                        + "fewer kinds of arguments than the search.",
                    "A larger -Tolerance, or a smaller domain, is simpler to prove. Where one network is a compression of the other, the "
                        + "result of Invoke-LeoCompression itself can be certified.");
            PairCertificateCheck.Check(certificate, report.Reference, report.Difference, null, budget);
            return certificate;
        }
        catch (Refusal e)
        {
            throw new InvalidInputException(
                "CertificateUnproven", $"{names} cannot be certified: {e.Place}: {e.Reason}",
                "The comparison holds all the same; the checker of certificates takes less than it.");
        }
    }
}

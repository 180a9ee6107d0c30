using ExactCompression.Certificates;
using ExactCompression.Certificates.Checking;
using ExactCompression.Formats;
using ExactCompression.Formats.Onnx;

namespace ExactCompression;

/// <summary>Writes certificates of compressions: the library behind <c>Export-CompressionCertificate</c>.</summary>
/// <remarks>
/// The evidence is derived from the networks and the verdicts alone, and everything is checked before it is written, by the code that will
/// check it again (<see cref="CertificateCheck"/>).
/// </remarks>
public static class CompressionCertificate
{
    /// <summary>A deviation of up to this many times the compression's own is accepted.</summary>
    private const double Enough = 4;

    /// <summary>
    /// A deviation of this many times the compression's own shows that a bound on which the compression rests was not reproduced.
    /// </summary>
    private const double FarFromEnough = 1000;

    /// <summary>The claimed deviation exceeds the derived one by this share.</summary>
    private const double Slack = 1.0 / (1L << 40);

    /// <summary>Writes a certificate, beside the target first and then moved into place.</summary>
    /// <param name="result">The compression.</param>
    /// <param name="path">Full path; gzipped if it ends in <c>.gz</c>.</param>
    /// <param name="overwrite">Whether an existing file may be replaced.</param>
    /// <param name="cancellation">When cancelled, throws <see cref="OperationCanceledException"/>.</param>
    /// <returns>The deviation that the certificate proves: in the units of the outputs, and rarely as small as the compression's own; see
    /// <see cref="IsLoose"/>.</returns>
    /// <exception cref="InvalidInputException">A verdict, or the relation of the networks, cannot be proven; the message names the
    /// location.</exception>
    /// <exception cref="IOException">The file exists and <paramref name="overwrite"/> is false, or it cannot be written.</exception>
    public static double Write(
        CompressionResult result, string path, bool overwrite = true, CancellationToken cancellation = default) =>
        Write(result, path, static _ => { }, overwrite, cancellation);

    /// <summary>Writes a certificate, and says what it leaves out.</summary>
    /// <param name="result">The compression.</param>
    /// <param name="path">Full path; gzipped if it ends in <c>.gz</c>.</param>
    /// <param name="warn">Receives a sentence where verdicts are left out.</param>
    /// <param name="overwrite">Whether an existing file may be replaced.</param>
    /// <param name="cancellation">When cancelled, throws <see cref="OperationCanceledException"/>.</param>
    /// <returns>The deviation that the certificate proves.</returns>
    /// <inheritdoc cref="Write(CompressionResult, string, bool, CancellationToken)" path="/exception"/>
    public static double Write(
        CompressionResult result, string path, Action<string> warn, bool overwrite = true, CancellationToken cancellation = default)
    {
        (byte[] body, double deviation, CertificateForm form) = Text(result, warn, cancellation);
        NetworkFiles.Replace(
            path, overwrite,
            stream => CertificateText.Write(body, stream, path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase), form));
        return deviation;
    }

    /// <summary>
    /// Whether a certificate proves a thousand times the deviation of its compression, so that users should be warned.
    /// </summary>
    /// <param name="deviation">What the certificate proves.</param>
    /// <param name="result">The compression.</param>
    public static bool IsLoose(double deviation, CompressionResult result) => deviation > FarFromEnough * result.ProvenDeviation;

    /// <summary>
    /// The content of a certificate: of dense layers where that form expresses how the networks are related, else of graphs.
    /// </summary>
    private static (byte[] Body, double Deviation, CertificateForm Form) Text(
        CompressionResult result, Action<string> warn, CancellationToken cancellation)
    {
        if (result.Original.IsDense && result.Compressed.IsDense)
        {
            try
            {
                Certificate dense = Make(result, cancellation);
                return (CertificateText.Body(dense, result.Original, result.Compressed), dense.Deviation, CertificateForm.Layers);
            }
            catch (InvalidInputException e) when (e.ErrorId == "CertificateUnrelated")
            {
                // Of graphs more is expressed.
            }
        }

        GraphCertificate certificate = MakeOfGraphs(result, warn, cancellation);
        return (GraphCertificateText.Body(certificate, result.Original, result.Compressed), certificate.Deviation, CertificateForm.Graphs);
    }

    /// <summary>
    /// A network as the file has it that is written of it: what a certificate is for. What is left of some nodes after compression may be
    /// none there, or others that do the same.
    /// </summary>
    /// <param name="network">The network of a compression.</param>
    /// <param name="cancellation">When cancelled, throws <see cref="OperationCanceledException"/>.</param>
    /// <returns>The network itself where there is no difference.</returns>
    public static ReluNetwork AsWritten(ReluNetwork network, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(network);
        if (OnnxFormat.AsWritten(network, cancellation) is not { } written)
            return network;
        try
        {
            var budget = new CheckBudget(cancellation: cancellation);
            string[] hashes = GraphHashes.OfValues(GraphReading.Read(network, "compressed", budget), budget);
            return hashes.SequenceEqual(GraphHashes.OfValues(GraphReading.Read(written, "written", budget), budget)) ? network : written;
        }
        catch (Refusal)
        {
            return network; // the certificate is refused for the same reason
        }
    }

    /// <summary>Makes a certificate of graphs and checks it.</summary>
    internal static GraphCertificate MakeOfGraphs(CompressionResult result, Action<string> warn, CancellationToken cancellation)
    {
        var budget = new CheckBudget(cancellation: cancellation);
        ReluNetwork small = AsWritten(result.Compressed, cancellation);
        GraphCertificate certificate;
        int unproven;
        try
        {
            (certificate, unproven) = GraphCertificates.Make(result, small, Enough * result.ConditionalDeviation, budget);
        }
        catch (Refusal e)
        {
            throw new InvalidInputException(
                "CertificateUnrelated",
                $"How '{result.Compressed.Architecture}' computes what '{result.Original.Architecture}' does cannot be proven: "
                    + $"{e.Place}: {e.Reason}",
                "Test-NetworkEquivalence bounds the difference of the two networks by other means.");
        }

        if (unproven > 0)
            warn(
                $"The certificate of '{result.Original.Name}' leaves out {unproven} {(unproven == 1 ? "verdict" : "verdicts")} on stable "
                    + "neurons, which its checker cannot prove with little effort.");
        return certificate with
        {
            Deviation = Confirmed(
                () => GraphCertificateCheck.Derive(certificate, result.Original, small, null, budget).Deviation),
        };
    }

    /// <summary>Makes a certificate and checks it.</summary>
    internal static Certificate Make(CompressionResult result, CancellationToken cancellation)
    {
        var budget = new CheckBudget(cancellation: cancellation);
        ReluNetwork original = result.Original, compressed = result.Compressed;
        InputDomain domain = result.Domain.For(original.InputSize);
        var box = new InputBox(domain.Lower.ToArray(), domain.Upper.ToArray());
        (double[][] points, HashSet<int> missing) = PointChoice.Of(result.Table, budget);
        string[] states = VerdictLetters.Of(result.Table, missing);
        Certificate? best = null;
        (int Layer, int Neuron) failed = default;
        foreach (EvidenceSearch.Premises premises in Enum.GetValues<EvidenceSearch.Premises>())
        {
            (LayerClaims[]? claims, StabilityCheck check, failed) = EvidenceSearch.Run(
                original, domain, states, premises, static (_, _) => false, "original", budget);
            if (claims is null)
                continue;
            foreach ((LayerClaims[] others, IReadOnlyList<BoundedLayer> known) in OfCompressed(compressed, domain, premises, budget))
            {
                (Relation relation, double deviation) = RelationSearch.Best(original, compressed, states, check.Layers, known, box, budget);
                if (best is not null && !(deviation < best.Deviation))
                    continue;
                best = new()
                {
                    OriginalHashes = ContentHash.Of(original, budget),
                    CompressedHashes = ContentHash.Of(compressed, budget),
                    DomainHash = ContentHash.Of(box.Lower, box.Upper),
                    Lower = box.Lower,
                    Upper = box.Upper,
                    Deviation = deviation,
                    Points = points,
                    Original = claims,
                    Compressed = others,
                    Relation = relation,
                };
                if (deviation <= Enough * result.ConditionalDeviation)
                    break;
            }

            if (best!.Deviation <= (premises == EvidenceSearch.Premises.Intervals ? Enough : FarFromEnough) * result.ConditionalDeviation)
                break;
        }

        if (best is null)
            throw new InvalidInputException(
                "CertificateUnproven",
                $"Layer {failed.Layer}, neuron {failed.Neuron} of '{original.Name}': no checkable evidence was found for the verdict "
                    + $"{NeuronAt(result.Table, failed).State}.",
                NeuronAt(result.Table, failed).Evidence == nameof(Verdicts.EvidenceKind.Enumeration)
                    ? "Its pre-activation touches 0, which an enumeration in exact arithmetic has proven and certificates cannot state. "
                        + "Find the stable neurons with -Method NeuronApproximate, which leaves such neurons undetermined, and compress "
                        + "again."
                    : "Find the stable neurons again from the network; verdicts from a file or a MILP solver may not be provable.");
        if (!double.IsFinite(best.Deviation))
            throw new InvalidInputException(
                "CertificateUnrelated",
                $"How '{compressed.Architecture}' computes what '{original.Architecture}' does was not found: no bound of their "
                    + $"difference is proven.",
                "Compress the network with Invoke-LeoCompression and export its own result.");
        return best with
        {
            Deviation = Confirmed(() => CertificateCheck.Derive(best, original, compressed, null, budget).Deviation),
        };
    }

    /// <summary>
    /// Bounds of the compressed network's neurons, cheapest first. They are not claimed, but neurons that are sums of others must be shown
    /// to stay above 0.
    /// </summary>
    private static IEnumerable<(LayerClaims[] Claims, IReadOnlyList<BoundedLayer> Known)> OfCompressed(
        ReluNetwork compressed, InputDomain domain, EvidenceSearch.Premises premises, CheckBudget budget)
    {
        string[] nothing = [.. Enumerable.Range(1, compressed.Depth).Select(k => new string('?', compressed.WidthOf(k)))];
        foreach (bool wanted in (bool[])[false, true])
        {
            (LayerClaims[]? claims, StabilityCheck check, _) = EvidenceSearch.Run(
                compressed, domain, nothing, wanted ? premises : EvidenceSearch.Premises.Intervals, (_, _) => wanted, "compressed", budget);
            yield return (claims!, check.Layers);
        }
    }

    /// <summary>
    /// The deviation to claim: the one that the checker derives from the certificate, which may differ from the search's, and a little
    /// more, so that nothing depends on a last digit.
    /// </summary>
    private static double Confirmed(Func<double> derive)
    {
        try
        {
            double claimed = derive() * (1 + Slack);
            return double.IsFinite(claimed) ? claimed : throw new Refusal("deviation", "It proves no bound.");
        }
        catch (Refusal e)
        {
            throw new InvalidInputException(
                "CertificateUnproven", $"The certificate does not hold at {e.Place}: {e.Reason}",
                "This is a fault of the module: please report it with the network.");
        }
    }

    private static NeuronStability NeuronAt(StabilityTable table, (int Layer, int Neuron) place) =>
        table.NeuronsOf(place.Layer).ElementAt(place.Neuron);
}

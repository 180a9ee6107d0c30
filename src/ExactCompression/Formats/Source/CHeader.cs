using System.Globalization;
using ExactCompression.Compression.Equivalence;
using ExactCompression.Networks;

namespace ExactCompression.Formats;

/// <summary>The comment at the beginning of C source: what the function computes, where that is proven, and how to compile it.</summary>
internal static class CHeader
{
    private const int LineLength = 100;

    /// <summary>Writes the comment.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="network">The network.</param>
    /// <param name="name">The function's name.</param>
    /// <param name="fileName">The file's, without extension.</param>
    /// <param name="precision">What it computes in.</param>
    /// <param name="bufferElements">Numbers between layers that it holds.</param>
    /// <param name="options">What is known of the network.</param>
    /// <param name="cancellation">When cancelled, throws.</param>
    public static void Write(
        TextWriter writer, ReluNetwork network, string name, string fileName, WeightPrecision precision, long bufferElements,
        CSourceOptions options, CancellationToken cancellation)
    {
        (string real, int size) = precision == WeightPrecision.Float32 ? ("float", 4) : ("double", 8);
        writer.WriteLine("/*");
        foreach (string line in (IEnumerable<string>)
            [
                $"The network '{Shown(network.Name)}', {network.Architecture}, in C99.",
                "",
                $"    void {name}(const {real} *input, {real} *output);",
                Invariant($"        {network.InputSize} inputs, {network.OutputSize} outputs; the two must not overlap"),
                .. options.InputCheck
                    ? [
                        $"    int {name}_in_domain(const {real} *input);",
                        "        1 for inputs in the domain, else 0" + (IsRounded(network, precision, options)
                            ? $"; ends of the domain that are no {real} are rounded inward" : ""),
                    ]
                    : Array.Empty<string>(),
                "",
                .. Proof(network, precision, options, cancellation),
                .. options.Certificate is { } certificate
                    ? [$"Certificate: '{Shown(certificate)}', SHA-256", $"    {options.CertificateHash}"] : Array.Empty<string>(),
                "",
                $"Precision: {real}. Each operation rounds to it, so outputs differ slightly from those in real arithmetic.",
                Invariant($"Memory: {bufferElements * size} bytes of stack for values between layers, ")
                    + $"or static with -D{name}_STORAGE=static.",
                $"Compile: cc -std=c99 -O2 -c {Shown(fileName)}.c, without options such as -ffast-math that change arithmetic.",
            ])
        {
            foreach (string part in Wrapped(CComment.Text(line)))
                writer.WriteLine(part.Length == 0 ? " *" : " * " + part);
        }

        writer.WriteLine(" */\n");
    }

    /// <summary>What is proven, and over which domain.</summary>
    private static IEnumerable<string> Proof(
        ReluNetwork network, WeightPrecision precision, CSourceOptions options, CancellationToken cancellation)
    {
        string real = precision == WeightPrecision.Float32 ? "float" : "double";
        InputDomain domain = options.DomainOf(network) ?? InputDomain.Unit.For(network.InputSize);
        double rounding = Rounding(network, precision, domain, cancellation);
        if (options.Compression is not { } compression)
        {
            yield return options.DomainOf(network) is null
                ? "Original: this network; it was not compressed, and is not restricted to a domain."
                : $"Original: this network; it was not compressed. Its file states the domain {Shown(domain.Description)}.";
            if (rounding > 0)
                yield return Bound($"Weights are rounded to {real}", "the network's", rounding, domain);
            yield break;
        }

        yield return $"Original: '{Shown(compression.Original.Name)}', {compression.Original.Architecture}.";
        yield return $"Domain: {Shown(domain.Description)}.";
        if (!compression.IsProven)
        {
            yield return "NOT proven: the compression rests on verdicts that are unproven, or is a copy from another process.";
            yield break;
        }

        double deviation = Numerics.Rounding.SumUp(compression.ProvenDeviation, rounding);
        yield return double.IsInfinity(deviation)
            ? $"Proven deviation: none; weights are rounded to {real}, and no bound is known on what that changes."
            : deviation == 0
            ? "Proven deviation: 0. In real arithmetic the outputs are the original's on all of the domain; outside, they may be others."
            : Bound("Proven deviation", "the original's", deviation, domain) + " Outside, it may be more.";
        if (precision == WeightPrecision.Float32 && rounding == 0 && IsNodewise(network)
            && compression.DeployedDeviation is < double.PositiveInfinity and var most)
            yield return "Deployed deviation: where both networks are computed in float, in any order of summation, no output differs from "
                + $"the original's by more than {Invariant($"{most:R}")} over {Shown(domain.Ends)}.";
    }

    /// <summary>The text in lines that end between words.</summary>
    private static IEnumerable<string> Wrapped(string text)
    {
        string indent = text[..^text.TrimStart().Length];
        while (text.Length > LineLength && text.LastIndexOf(' ', LineLength) is var end && end > indent.Length)
        {
            yield return text[..end];
            text = indent + text[(end + 1)..].TrimStart();
        }

        yield return text;
    }

    private static string Bound(string subject, string whose, double deviation, InputDomain domain) => double.IsFinite(deviation)
        ? $"{subject}: in real arithmetic no output differs from {whose} by more than {Invariant($"{deviation:R}")} "
            + $"over {Shown(domain.Ends)}."
        : $"{subject}, and no bound is known on what that changes.";

    /// <summary>What rounding the weights changes, at most.</summary>
    /// <summary>
    /// Whether the source rounds as the network's nodes do: units other than ReLUs, and maxima of windows, are sums of rectified values in
    /// it.
    /// </summary>
    private static bool IsNodewise(ReluNetwork network) => network.Graph is null
        || network.Graph.Nodes.All(static n => n.Operator is ReluOperator or not (UnitOperator or MaxPoolOperator));

    private static double Rounding(ReluNetwork network, WeightPrecision precision, InputDomain domain, CancellationToken cancellation)
    {
        return CPrecision.Holds(network, precision) ? 0
            : CPrecision.Rounded(network, precision) is { } written
                ? DeviationProof.OfSameWidths(network, written, domain, cancellation)
            : double.PositiveInfinity;
    }

    private static bool IsRounded(ReluNetwork network, WeightPrecision precision, CSourceOptions options) =>
        options.DomainOf(network) is { } domain && CDomain.IsRounded(domain, precision);

    // Shorter than the lines, so that what is said after a name is not cut off.
    private static string Shown(string text) => text.Length > 80 ? text[..80] + "..." : text;

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}

using ExactCompression.Verdicts;

namespace ExactCompression.Witnesses;

/// <summary>
/// Witnesses that came with a table from outside prove nothing until they have been run through the network: that is cheap, and settles
/// most unstable neurons again.
/// </summary>
internal static class ImportedWitnesses
{
    /// <summary>Runs the witnesses of a table from outside through the network, and credits what they prove.</summary>
    /// <param name="table">The table.</param>
    /// <param name="ledger">A ledger that began with it.</param>
    public static void Check(StabilityTable table, VerdictLedger ledger)
    {
        if (!table.IsImported)
            return;
        double[][] points = [.. table.Neurons.SelectMany(static n => (double[]?[])[n.PositiveWitness, n.NegativeWitness]).OfType<double[]>()
            .Where(p => p.Length == table.Network.InputSize && table.Domain.Contains(p)).Distinct(ByContent)];
        if (points.Length == 0)
            return;
        using var check = new WitnessCheck(table.Network, table.Domain);
        check.Credit(points, ledger);
    }

    /// <summary>One point shows many neurons; a copy of the table has it many times.</summary>
    private static IEqualityComparer<double[]> ByContent { get; } = EqualityComparer<double[]>.Create(
        static (a, b) => a.AsSpan().SequenceEqual(b),
        static p =>
        {
            var hash = new HashCode();
            foreach (double x in p)
                hash.Add(x);
            return hash.ToHashCode();
        });
}

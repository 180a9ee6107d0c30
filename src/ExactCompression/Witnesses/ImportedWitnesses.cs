using ExactCompression.Verdicts;

namespace ExactCompression.Witnesses;

/// <summary>
/// The witnesses of an imported table prove nothing until they have been evaluated on the network: that is cheap, and settles most unstable
/// neurons again.
/// </summary>
internal static class ImportedWitnesses
{
    /// <summary>Evaluates the witnesses of an imported table on the network, and credits what they prove.</summary>
    /// <param name="table">The table.</param>
    /// <param name="ledger">A ledger that started from it.</param>
    /// <param name="parallel">Threads, and the token to stop on; null for the calling thread alone.</param>
    public static void Check(StabilityTable table, VerdictLedger ledger, ParallelOptions? parallel = null)
    {
        if (!table.IsImported)
            return;
        double[][] points = [.. table.Neurons.SelectMany(static n => (double[]?[])[n.PositiveWitness, n.NegativeWitness]).OfType<double[]>()
            .Where(p => p.Length == table.Network.InputSize && table.Domain.Contains(p)).Distinct(ByContent)];
        if (points.Length == 0)
            return;
        using var check = new WitnessCheck(table.Network, table.Domain, parallel);
        check.Credit(points, ledger);
    }

    /// <summary>One point is a witness for many neurons; a copy of the table contains it many times.</summary>
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

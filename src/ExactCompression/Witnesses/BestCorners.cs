using ExactCompression.Networks;
using ExactCompression.Verdicts;

namespace ExactCompression.Witnesses;

/// <summary>
/// The best inputs of rectifiers that are affine functions of the input: the corners given by the signs of their weights. A neuron of a
/// convolution reads few inputs, so one point holds the corners of many whose inputs do not meet.
/// </summary>
internal static class BestCorners
{
    /// <summary>Targets that are tried together: of these, some are settled by the corners of others before.</summary>
    private const int Targets = 64;

    /// <summary>The same where one point serves many.</summary>
    private const int SharingTargets = 4096;

    /// <summary>The points that are not full yet, of which a target takes the first that it fits into.</summary>
    private const int OpenPoints = 64;

    /// <summary>Points for the open targets of a layer, in groups to be checked before the next is made.</summary>
    /// <param name="ledger">What is known, which changes between the groups.</param>
    /// <param name="number">A layer of <see cref="InputRows.Layers"/>.</param>
    /// <param name="targets">Targets of the layer.</param>
    public static IEnumerable<double[][]> Of(VerdictLedger ledger, int number, IReadOnlyCollection<SignTarget> targets)
    {
        bool share = 2 * ledger.Graph.Rectifier(number).Terms.Max(static t => t.Map.FanIn) <= ledger.Network.InputSize;
        foreach (SignTarget[] some in targets.Chunk(share ? SharingTargets : Targets))
        {
            IEnumerable<SignTarget> open = some.Where(t => ledger.NeedsWitness(t.Index, t.Above));
            yield return share
                ? Shared(ledger, number, open)
                : [.. open.Select(t => ledger.Domain.Corner(Row(ledger, number, t), t.Above))];
        }
    }

    private static double[] Row(VerdictLedger ledger, int number, SignTarget target) =>
        InputRows.Row(ledger.Graph, number, target.Index - ledger.Offsets[number - 1]);

    private static double[][] Shared(VerdictLedger ledger, int number, IEnumerable<SignTarget> targets)
    {
        var points = new List<(double[] Point, bool[] Used)>();
        foreach (SignTarget target in targets)
        {
            double[] row = Row(ledger, number, target), corner = ledger.Domain.Corner(row, target.Above);
            int[] inputs = [.. Enumerable.Range(0, row.Length).Where(i => row[i] != 0)];
            int at = points.FindIndex(Math.Max(0, points.Count - OpenPoints), p => Array.TrueForAll(inputs, i => !p.Used[i]));
            if (at < 0)
            {
                at = points.Count;
                points.Add((corner, new bool[row.Length]));
            }

            foreach (int i in inputs)
                (points[at].Point[i], points[at].Used[i]) = (corner[i], true);
        }

        return [.. points.Select(static p => p.Point)];
    }
}

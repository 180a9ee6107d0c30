using ExactCompression.Certificates.Checking;

namespace ExactCompression.Certificates;

/// <summary>
/// Chooses few of a table's witnesses that together show every unstable neuron: greedily, the point that shows most of the remaining signs.
/// </summary>
internal static class PointChoice
{
    private const int Block = 256;

    /// <summary>Chooses points.</summary>
    /// <param name="table">The verdicts with their witnesses.</param>
    /// <param name="budget">Its budget.</param>
    /// <returns>The points, and the neurons that no point shows to be unstable, by their index over all layers.</returns>
    public static (double[][] Points, HashSet<int> Missing) Of(StabilityTable table, CheckBudget budget) =>
        Of(table, budget, points => PointCheck.Signs(table.Network, points, budget));

    /// <summary>Chooses points.</summary>
    /// <param name="table">The verdicts with their witnesses.</param>
    /// <param name="budget">Its budget.</param>
    /// <param name="signsOf">The signs that points show: for each hidden layer, points by neurons.</param>
    /// <returns>The points, and the neurons that no point shows to be unstable, by their index over all layers.</returns>
    public static (double[][] Points, HashSet<int> Missing) Of(
        StabilityTable table, CheckBudget budget, Func<IReadOnlyList<double[]>, sbyte[][]> signsOf)
    {
        var unseen = new HashSet<int>(Witnesses(table).Select(static w => w.Sign));
        var open = new HashSet<int>(unseen);
        var (candidates, shown, block) = (new List<double[]>(), new List<List<int>>(), new List<double[]>());
        foreach ((int sign, double[]? point) in Witnesses(table))
        {
            // Most signs are shown by points of other neurons.
            if (point is null || !unseen.Contains(sign) || !table.Domain.Contains(point))
                continue;
            block.Add(point);
            if (block.Count == Block)
                Evaluate();
        }

        Evaluate();
        open.ExceptWith(unseen);
        var chosen = new List<double[]>();
        while (open.Count > 0)
        {
            budget.Parallel.CancellationToken.ThrowIfCancellationRequested();
            int best = -1, most = 0;
            for (int p = 0; p < shown.Count; p++)
            {
                shown[p].RemoveAll(s => !open.Contains(s));
                if (shown[p].Count > most)
                    (best, most) = (p, shown[p].Count);
            }

            chosen.Add(candidates[best]);
            open.ExceptWith(shown[best]);
        }

        return ([.. chosen], [.. unseen.Select(static s => s / 2)]);

        void Evaluate()
        {
            budget.Parallel.CancellationToken.ThrowIfCancellationRequested();
            double[][] points = [.. block.Distinct(ReferenceEqualityComparer.Instance).Cast<double[]>()];
            block.Clear();
            candidates.AddRange(points);
            foreach (List<int> signs in Shown(table, points, signsOf(points)))
            {
                shown.Add(signs);
                unseen.ExceptWith(signs);
            }
        }
    }

    /// <summary>
    /// The signs of all unstable neurons, each with its witness: twice the neuron's index over all layers, and one more where the sign is
    /// positive.
    /// </summary>
    private static IEnumerable<(int Sign, double[]? Point)> Witnesses(StabilityTable table)
    {
        for (int i = 0; i < table.Neurons.Count; i++)
        {
            if (table.Neurons[i] is not { State: NeuronState.Unstable } neuron)
                continue;
            yield return ((2 * i) + 1, neuron.PositiveWitness);
            yield return (2 * i, neuron.NegativeWitness);
        }
    }

    /// <summary>For each point the signs that it shows.</summary>
    private static List<int>[] Shown(StabilityTable table, double[][] points, sbyte[][] signs)
    {
        List<int>[] shown = [.. points.Select(static _ => new List<int>())];
        for (int l = 0, first = 0; l < signs.Length; first += table.Network.WidthOf(++l))
        {
            int width = table.Network.WidthOf(l + 1);
            for (int at = 0; at < signs[l].Length; at++)
            {
                if (signs[l][at] != 0 && table.Neurons[first + (at % width)].State == NeuronState.Unstable)
                    shown[at / width].Add((2 * (first + (at % width))) + (signs[l][at] > 0 ? 1 : 0));
            }
        }

        return shown;
    }
}

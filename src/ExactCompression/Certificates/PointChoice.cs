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
        NeuronStability[] unstable = [.. table.Neurons.Where(static n => n.State == NeuronState.Unstable)];
        double[][] candidates = [.. unstable.SelectMany(static n => (double[]?[])[n.PositiveWitness, n.NegativeWitness]).OfType<double[]>()
            .Where(table.DomainContains).Distinct(ReferenceEqualityComparer.Instance).Cast<double[]>()];
        List<int>[] shown = [.. candidates.Chunk(Block).SelectMany(block => Shown(table, block, signsOf(block)))];
        var open = new HashSet<int>(
            Enumerable.Range(0, table.Neurons.Count).Where(i => table.Neurons[i].State == NeuronState.Unstable).SelectMany(
                static i => (int[])[2 * i, (2 * i) + 1]));
        var chosen = new List<double[]>();
        while (open.Count > 0)
        {
            budget.Parallel.CancellationToken.ThrowIfCancellationRequested();
            int best = -1, most = 0;
            for (int p = 0; p < shown.Length; p++)
            {
                shown[p].RemoveAll(s => !open.Contains(s));
                if (shown[p].Count > most)
                    (best, most) = (p, shown[p].Count);
            }

            if (best < 0)
                break;
            chosen.Add(candidates[best]);
            open.ExceptWith(shown[best]);
        }

        return ([.. chosen], [.. open.Select(static s => s / 2)]);
    }

    /// <summary>
    /// For each point the signs that it shows: twice the neuron's index over all layers, and one more where the sign is positive.
    /// </summary>
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

    private static bool DomainContains(this StabilityTable table, double[] point) => table.Domain.Contains(point);
}

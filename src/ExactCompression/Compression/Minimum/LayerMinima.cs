using ExactCompression.Networks;
using ExactCompression.Witnesses;

namespace ExactCompression.Compression.Minimum;

/// <summary>Lower bounds on the sizes of a network's layers. Takes a bounded number of steps, none of them random.</summary>
internal sealed class LayerMinima
{
    private const int MostPoints = 96;
    private const int MostStarts = 4;
    private const int MostPositions = 4;
    private const double Sparse = 1.0 / 64;

    /// <summary>Starts after which no other is tried if they found nothing more.</summary>
    private const int MostInVain = 2;

    /// <summary>Reader rows from which linear neurons are counted.</summary>
    private const int MostRows = 1024;

    private readonly ReluNetwork network;
    private readonly LoweredGraph graph;
    private readonly double[] lower;
    private readonly double[] upper;
    private readonly bool[] isFree;
    private readonly double[][] points;
    private readonly CancellationToken cancellation;

    private LayerMinima(ReluNetwork network, InputDomain domain, IEnumerable<double[]> points, CancellationToken cancellation)
    {
        (this.network, graph, this.cancellation) = (network, network.Lowered, cancellation);
        InputDomain box = domain.For(network.InputSize);
        (lower, upper) = (box.Lower.ToArray(), box.Upper.ToArray());
        isFree = [.. lower.Select((l, i) => l < upper[i])];
        this.points = [Center(), .. Drawn(), .. Spread([.. points], MostPoints)];
    }

    /// <summary>The bounds, layer by layer.</summary>
    /// <param name="network">The network.</param>
    /// <param name="domain">The input domain.</param>
    /// <param name="points">Inputs of the domain with diverse patterns, such as witnesses; may be none.</param>
    /// <param name="cancellation">Ends the work: what is not found by then is not known.</param>
    public static IReadOnlyList<LayerMinimum> Of(
        ReluNetwork network, InputDomain domain, IEnumerable<double[]> points, CancellationToken cancellation = default) =>
        new LayerMinima(network, domain, points, cancellation).Run();

    private LayerMinimum[] Run()
    {
        var minima = new LayerMinimum[network.Depth];
        Array.Fill(minima, LayerMinimum.Unknown);
        if (!graph.IsPiecewiseLinear || graph.Rectifiers == 0)
            return minima;
        try
        {
            Fill(minima);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // What has been found by now stands on its own.
        }

        return minima;
    }

    private void Fill(LayerMinimum[] minima)
    {
        using var check = new WitnessCheck(network, new(lower, upper));
        CellPattern[] patterns = [.. points.Select(point => new CellPattern(graph, check.Signs(point)))];
        (int together, int single) = FunctionRank.Of(network, patterns, isFree, cancellation);
        for (int number = 1; number <= graph.Rectifiers; number++)
        {
            int layer = graph.Rectifier(number).Layer;
            if (layer == 0 || network.Layers[layer - 1].Activation != Activation.Relu)
                continue;
            (int? channels, int? neurons) = (null, null);
            if (LayerSite.Of(graph, number) is { } site)
            {
                int found = ChannelsOf(site, check, patterns);
                neurons = found * site.Plane;
                channels = network.Layers[layer - 1].Shape is [var count, ..] && count * site.Plane == graph.Rectifier(number).Width
                    ? found
                    : null;
            }

            int? anyhow = network.IsDense && single > 0 ? (layer == 1 ? together : single) : null;
            minima[layer - 1] = new(anyhow, channels, neurons);
        }
    }

    private int ChannelsOf(LayerSite site, WitnessCheck check, CellPattern[] patterns)
    {
        int best = 0;
        IReadOnlyList<IReadOnlyList<(int Element, ulong Weight)>>? rows =
            site.Plane == 1 ? [.. site.ReaderRows().Take(MostRows)] : null;
        PositionReach? reach = site.Plane == 1 ? null : new(graph, site);
        foreach (int position in PositionsOf(site))
        {
            IReadOnlyList<NeuronGroup> groups = NeuronGroup.Visible(site, position);
            bool[]?[] cone = site.Cone(position);
            var search = new KinkSearch(graph, site, lower, upper);
            var proof = new KinkProof(graph, site, check);
            var count = new KinkCount(graph, site, groups, cone, isFree);
            var kinks = new List<Kink>();
            var found = new HashSet<int>();
            int bestHere = 0, inVain = 0;
            foreach (int start in StartsOf(site, patterns))
            {
                cancellation.ThrowIfCancellationRequested();
                KinkSearch.Start from = search.From(points[start], patterns[start], cone);
                var own = new Kink?[groups.Count];
                Parallel.For(0, groups.Count, new ParallelOptions { CancellationToken = cancellation }, g =>
                    own[g] = KinkOf(g, groups[g], from, !found.Contains(g), site, search, proof, position, reach));
                kinks.AddRange(own.OfType<Kink>());
                found.UnionWith(own.OfType<Kink>().Select(static k => k.Group));
                int bound = count.At(patterns[start], kinks, rows);
                inVain += bound > bestHere ? 0 : 1;
                bestHere = Math.Max(bestHere, bound);
                if (bestHere == site.Channels || inVain == MostInVain)
                    break;
            }

            best = Math.Max(best, bestHere);
            if (best == site.Channels)
                break;
        }

        return best;
    }

    private Kink? KinkOf(
        int number, NeuronGroup group, KinkSearch.Start from, bool isNew, LayerSite site, KinkSearch search, KinkProof proof, int position,
        PositionReach? reach)
    {
        int element = group.Elements[0];
        foreach ((double[] Before, double[] After)? pair in Pairs())
        {
            if (pair is not { } found || proof.Between(number, group, found.Before, found.After) is not { } kink)
                continue;
            var gradients = new ModularGradients(graph, kink.Pattern, isFree);
            if (reach is null || reach.IsOnly(gradients.Of(site.Value, element), position))
                return kink;
        }

        return null;

        IEnumerable<(double[], double[])?> Pairs()
        {
            yield return search.Within(from, element);
            if (isNew)
                yield return search.Between(from.Point, search.Corner(from, element), element);
        }
    }

    /// <summary>The middle of the map first, where no filter is cut off at the edge.</summary>
    private static IEnumerable<int> PositionsOf(LayerSite site)
    {
        int height = site.Plane == 1 ? 1 : site.Map.Output.Height, width = site.Plane / height;
        return new[] { (height / 2, width / 2), (height / 3, width / 3), (2 * height / 3, width / 3), (height / 3, 2 * width / 3) }
            .Select(at => (at.Item1 * width) + at.Item2).Distinct().Take(MostPositions);
    }

    /// <summary>
    /// Inputs around which all is known below, those first around which all is known of the layer as well, and of these those with the most
    /// values on: they tell the most apart.
    /// </summary>
    private IEnumerable<int> StartsOf(LayerSite site, CellPattern[] patterns) =>
        Enumerable.Range(0, patterns.Length).Where(p => patterns[p].IsKnown(site.Below)).OrderByDescending(
            p => patterns[p].IsKnown([site.Number])).ThenByDescending(
            p => site.Below.Select(number => Enumerable.Range(0, graph.Rectifier(number).Width).Count(i => patterns[p].IsOn(number, i)))
                .DefaultIfEmpty().Min())
            .Take(MostStarts);

    private double[] Center() => [.. lower.Select((l, i) => Math.Clamp((l / 2) + (upper[i] / 2), l, upper[i]))];

    /// <summary>Inputs of all densities: from few that are far above their lower ends to many. None is at an end.</summary>
    private IEnumerable<double[]> Drawn()
    {
        var random = new Random(1);
        for (int p = 0; p < MostPoints; p++)
        {
            double density = (p + 1.0) / MostPoints;
            yield return [.. lower.Select((l, i) =>
            {
                double share = random.NextDouble() * (random.NextDouble() < density ? 1 : Sparse);
                return Math.Clamp(l + (share * (upper[i] - l)), l, upper[i]);
            })];
        }
    }

    private static IEnumerable<double[]> Spread(double[][] points, int most) =>
        points.Where((_, i) => points.Length <= most || i * (long)most / points.Length != (i - 1) * (long)most / points.Length);
}

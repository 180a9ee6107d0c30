using ExactCompression.Certificates.Checking;

namespace ExactCompression.Certificates;

/// <summary>
/// Splits the input box until the checker proves a side on every subdomain: for the few sides of networks with few inputs that trees of
/// phases do not settle, ties at 0 among them.
/// </summary>
/// <param name="network">The network.</param>
/// <param name="domain">Its domain.</param>
/// <param name="known">What is proven about the layers below.</param>
/// <param name="budget">Its budget.</param>
internal sealed class BoxSearch(ReluNetwork network, InputBox domain, IReadOnlyList<BoundedLayer> known, CheckBudget budget)
{
    /// <summary>With more inputs, halving one of them changes too little.</summary>
    private const int MostInputs = 12;

    private readonly List<int> inputs = [];
    private readonly List<double> places = [];
    private int left;

    /// <summary>A tree that proves a side; null if <paramref name="most"/> subdomains do not suffice.</summary>
    /// <param name="side">The side.</param>
    /// <param name="most">Maximum number of subdomains.</param>
    public BoxTree? Prove(BoundedSide side, int most)
    {
        inputs.Clear();
        places.Clear();
        left = most;
        return domain.Size <= MostInputs && Visit(domain, side, 0) ? new([.. inputs], [.. places]) : null;
    }

    private bool Visit(InputBox part, BoundedSide side, int depth)
    {
        budget.Parallel.CancellationToken.ThrowIfCancellationRequested();
        if (left-- <= 0 || depth > 200)
            return false;
        if (BoxTreeCheck.Proves(network, part, known, side, budget))
        {
            inputs.Add(-1);
            return true;
        }

        int input = Widest(part);
        double place = part.Centre[input];
        if (!(place > part.Lower[input] && place < part.Upper[input]))
            return false;
        inputs.Add(input);
        places.Add(place);
        double[] below = [.. part.Upper], above = [.. part.Lower];
        below[input] = above[input] = place;
        return Visit(new(part.Lower, below), side, depth + 1) && Visit(new(above, part.Upper), side, depth + 1);
    }

    /// <summary>The input with the largest effect on the first layer.</summary>
    private int Widest(InputBox part)
    {
        AffineLayer first = network.DenseLayers[0];
        int best = 0;
        double most = -1;
        for (int i = 0; i < part.Size; i++)
        {
            double moves = 0;
            for (int j = 0; j < first.Outputs; j++)
                moves += Math.Abs(first.Row(j)[i]);
            moves *= part.Upper[i] - part.Lower[i];
            if (moves > most)
                (best, most) = (i, moves);
        }

        return best;
    }
}

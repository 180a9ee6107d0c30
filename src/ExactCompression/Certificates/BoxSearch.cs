using ExactCompression.Certificates.Checking;

namespace ExactCompression.Certificates;

/// <summary>
/// Cuts the input box until the checker shows a side on every part: for the few sides of networks with few inputs that trees of phases do
/// not settle, ties at 0 among them.
/// </summary>
/// <param name="network">The network.</param>
/// <param name="domain">Its domain.</param>
/// <param name="known">What is proven of the layers below.</param>
/// <param name="budget">What it may take.</param>
internal sealed class BoxSearch(ReluNetwork network, InputBox domain, IReadOnlyList<BoundedLayer> known, CheckBudget budget)
{
    /// <summary>With more inputs, halving one of them changes too little.</summary>
    private const int MostInputs = 12;

    private readonly List<int> inputs = [];
    private readonly List<double> places = [];
    private int left;

    /// <summary>A tree that proves a side; null where so many parts do not do.</summary>
    /// <param name="side">The side.</param>
    /// <param name="most">Parts at most.</param>
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

    /// <summary>The input that moves the first layer most.</summary>
    private int Widest(InputBox part)
    {
        AffineLayer first = network.Layers[0];
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

using ExactCompression.Certificates.Checking;

namespace ExactCompression.Certificates;

/// <summary>
/// Splits the input box until the checker proves sides of neurons on every subdomain: for the few sides of networks with few inputs that
/// trees of phases do not settle, ties at 0 among them, and for the differences of two networks.
/// </summary>
/// <param name="network">The network.</param>
/// <param name="domain">Its domain.</param>
/// <param name="known">What is proven about the layers below.</param>
/// <param name="budget">Its budget.</param>
internal sealed class BoxSearch(ReluNetwork network, InputBox domain, IReadOnlyList<BoundedLayer> known, CheckBudget budget)
{
    /// <summary>With more inputs, halving one of them changes too little.</summary>
    private const int MostInputs = 12;

    private const int Deepest = 200;

    /// <summary>Subdomains that are looked at together.</summary>
    private const int Batch = 64;

    /// <summary>Whether a domain has so few inputs that halving them may help.</summary>
    /// <param name="domain">The domain, of a network's size.</param>
    public static bool CanSplit(InputDomain domain) => domain.Lower.Length <= MostInputs;

    /// <summary>A tree that proves sides; null if <paramref name="most"/> subdomains do not suffice.</summary>
    /// <param name="sides">The sides, of the layer above those that are known.</param>
    /// <param name="most">Maximum number of subdomains.</param>
    public BoxTree? Prove(IReadOnlyList<BoundedSide> sides, int most)
    {
        var root = new Part(domain, 0);
        var open = new Stack<Part>([root]);
        CheckBudget single = budget.Sequential;
        for (int left = most; open.Count > 0;)
        {
            // The deepest first: where a part cannot be proven, it is soon known.
            var batch = new List<Part>();
            while (batch.Count < Batch && open.TryPop(out Part? part))
                batch.Add(part);
            if ((left -= batch.Count) < 0)
                return null;
            var proven = new bool[batch.Count];
            Parallel.For(
                0, batch.Count, budget.Parallel, k => proven[k] = BoxTreeCheck.Proves(network, batch[k].Box, known, sides, single));
            for (int k = batch.Count - 1; k >= 0; k--)
            {
                if (proven[k])
                    continue;
                if (!Split(batch[k]))
                    return null;
                open.Push(batch[k].Above!);
                open.Push(batch[k].Below!);
            }
        }

        var inputs = new List<int>();
        var places = new List<double>();
        Write(root, inputs, places);
        return new([.. inputs], [.. places]);
    }

    private static void Write(Part part, List<int> inputs, List<double> places)
    {
        inputs.Add(part.Input);
        if (part.Input < 0)
            return;
        places.Add(part.Place);
        Write(part.Below!, inputs, places);
        Write(part.Above!, inputs, places);
    }

    private bool Split(Part part)
    {
        InputBox box = part.Box;
        int input = Widest(box);
        double place = box.Centre[input];
        if (part.Depth >= Deepest || !(place > box.Lower[input] && place < box.Upper[input]))
            return false;
        double[] below = [.. box.Upper], above = [.. box.Lower];
        below[input] = above[input] = place;
        (part.Input, part.Place) = (input, place);
        (part.Below, part.Above) = (new(new(box.Lower, below), part.Depth + 1), new(new(above, box.Upper), part.Depth + 1));
        return true;
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

    /// <summary>A subdomain, and the two that it was split into.</summary>
    private sealed class Part(InputBox box, int depth)
    {
        public InputBox Box { get; } = box;

        public int Depth { get; } = depth;

        /// <summary>The input that is split; -1 for a leaf.</summary>
        public int Input { get; set; } = -1;

        public double Place { get; set; }

        public Part? Below { get; set; }

        public Part? Above { get; set; }
    }
}

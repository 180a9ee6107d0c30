using ExactCompression.Certificates.Checking;

namespace ExactCompression.Tests.Certificates;

/// <summary>Changes one thing of a certificate, whatever it may be.</summary>
internal static class Tampering
{
    /// <summary>A changed certificate, with what was changed; the same object where there was nothing of the kind drawn.</summary>
    public static (Certificate Changed, string What) Of(Certificate c, Random random)
    {
        bool ofOriginal = c.Compressed.Length == 0 || random.Next(4) > 0;
        return random.Next(8) switch
        {
            0 => (c with { Deviation = Number(c.Deviation, random) }, "deviation"),
            1 when c.Points.Length > 0 =>
                (c with { Points = Item(c.Points, random, p => Item(p, random, v => Number(v, random))) }, "a point"),
            2 when c.Points.Length > 0 => (c with { Points = Without(c.Points, random) }, "one point less"),
            3 => (c with { Relation = Of(c.Relation, random) }, "relation"),
            4 => (c with { Lower = Item(c.Lower, random, v => v - random.NextDouble()), Upper = c.Upper }, "domain"),
            _ when ofOriginal && c.Original.Length > 0 =>
                (c with { Original = Item(c.Original, random, l => Of(l, random)) }, "claims on the original"),
            _ when c.Compressed.Length > 0 =>
                (c with { Compressed = Item(c.Compressed, random, l => Of(l, random)) }, "claims on the compressed network"),
            _ => (c with { Deviation = Number(c.Deviation, random) }, "deviation"),
        };
    }

    /// <summary>Changed claims on a layer.</summary>
    public static LayerClaims Of(LayerClaims layer, Random random) => random.Next(8) switch
    {
        0 or 1 or 2 => layer with { States = Letter(layer.States, "aiu?", random) },
        3 => layer with { Above = Letter(layer.Above, ".cstbe", random) },
        4 => layer with { Below = Letter(layer.Below, ".cstbe", random) },
        5 when layer.Slopes.Length > 0 =>
            layer with { Slopes = Item(layer.Slopes, random, s => s.Length == 0 ? s : Item(s, random, v => (float)Number(v, random))) },
        6 when layer.Slopes.Length > 0 => layer with { Slopes = Without(layer.Slopes, random) },
        _ when layer.Trees.Length > 0 => layer with { Trees = Item(layer.Trees, random, t => Of(t, random)) },
        _ => layer with { States = Letter(layer.States, "aiu?", random) },
    };

    private static PhaseTree Of(PhaseTree tree, Random random)
    {
        switch (random.Next(5))
        {
            case 0:
                return tree with { Splits = Item(tree.Splits, random, s => s + random.Next(-1, 2)) };
            case 1:
                return tree with { Splits = Without(tree.Splits, random) };
            case 2:
                return tree with { Leaves = Without(tree.Leaves, random) };
            case 3:
                return tree with { Leaves = Item(
                    tree.Leaves, random, l => l.Length == 0 ? l : Item(l, random, v => (float)Number(v, random))) };
            default:
                // A branch is cut and its node made a leaf with the numbers of one that it had.
                int at = random.Next(tree.Splits.Length);
                if (tree.Splits[at] < 0)
                    return tree;
                int end = at, open = 1, leaf = tree.Splits[..at].Count(static s => s < 0), leaves = 0;
                for (; open > 0; end++)
                {
                    leaves += tree.Splits[end] < 0 ? 1 : 0;
                    open += tree.Splits[end] < 0 ? -1 : 1;
                }

                int depth = tree.Leaves[leaf].Length;
                for (int k = at; tree.Splits[k] >= 0; k++)
                    depth--;
                return new(
                    [.. tree.Splits[..at], -1, .. tree.Splits[end..]],
                    [.. tree.Leaves[..leaf], tree.Leaves[leaf][..depth], .. tree.Leaves[(leaf + leaves)..]]);
        }
    }

    /// <summary>A changed relation.</summary>
    public static Relation Of(Relation relation, Random random) =>
        relation.Layers.Length == 0 || random.Next(10) == 0
            ? relation with { Start = relation.Start + random.Next(-1, 2) }
            : relation with { Layers = Item(relation.Layers, random, l => Of(l, random)) };

    private static LayerRelation Of(LayerRelation layer, Random random) => random.Next(6) switch
    {
        0 => layer with { HasCounterpart = !layer.HasCounterpart },
        1 when layer.Targets.Length > 0 => layer with { Targets = Item(layer.Targets, random, t => t + random.Next(-1, 2)) },
        2 when layer.Factors.Length > 0 => layer with { Factors = Item(layer.Factors, random, v => Number(v, random)) },
        3 when layer.Linear.Length > 0 => layer with { Linear = Item(layer.Linear, random, t => t + random.Next(-1, 2)) },
        5 when layer.Terms.Length > 0 => layer with { Terms = Item(layer.Terms, random, v => Number(v, random)) },
        4 when layer.Coefficients.Length > 0 => layer with { Coefficients = Item(layer.Coefficients, random, v => Number(v, random)) },
        _ => layer with { Kinds = Letter(layer.Kinds, "ogncjlf", random) },
    };

    /// <summary>Another number.</summary>
    public static double Number(double value, Random random) => random.Next(7) switch
    {
        0 => value * 0.5,
        1 => -value,
        2 => value + (random.NextDouble() * 1e-3),
        3 => Math.BitIncrement(value),
        4 => double.NaN,
        5 => double.PositiveInfinity,
        _ => 0,
    };

    /// <summary>Letters of which one may be another.</summary>
    public static string Letter(string letters, string known, Random random)
    {
        char[] changed = letters.ToCharArray();
        if (changed.Length > 0)
            changed[random.Next(changed.Length)] = known[random.Next(known.Length)];
        return new(changed);
    }

    /// <summary>Items of which one is changed.</summary>
    public static T[] Item<T>(T[] items, Random random, Func<T, T> change)
    {
        T[] changed = [.. items];
        int at = random.Next(items.Length);
        changed[at] = change(changed[at]);
        return changed;
    }

    /// <summary>Items without one of them.</summary>
    public static T[] Without<T>(T[] items, Random random)
    {
        int at = random.Next(items.Length);
        return [.. items[..at], .. items[(at + 1)..]];
    }
}

using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ExactCompression.Certificates;
using ExactCompression.Certificates.Checking;
using ExactCompression.Networks;
using Xunit;

namespace ExactCompression.Tests.Certificates.Graphs;

/// <summary>
/// Every field of the file changed, one at a time and in any way, and sealed again: what the checker then confirms is true, by exact
/// arithmetic.
/// </summary>
public sealed partial class GraphFieldForgeryTests
{
    /// <summary>Fields of which a change must have been refused once.</summary>
    private static readonly string[] Strict =
    [
        "original.sha256", "compressed.sha256", "original.values[]", "compressed.values[]", "original.rectifiers[].states",
        "original.rectifiers[].above", "original.rectifiers[].trees[].splits", "original.rectifiers[].trees[].slopes[]",
        "original.rectifiers[].trees[].multipliers[]", "domain.inputs", "domain.sha256", "domain.lower", "domain.upper", "deviation",
        "points[]", "relation[].kinds", "relation[].targets",
    ];

    [Fact]
    public void Check_AnyFieldChanged_PassesOnlyWhereItIsTrue()
    {
        var refused = new Dictionary<string, int>();
        var passed = new Dictionary<string, int>();
        foreach ((CompressionResult result, GraphCertificate? certificate) in GraphCases.All.Append(WithATree()))
        {
            if (certificate is null)
                continue;
            string body = Encoding.UTF8.GetString(GraphCertificateText.Body(certificate, result.Original, result.Compressed));
            var random = new Random(refused.Count + body.Length);
            ILookup<string, string> fields = Leaves(JsonNode.Parse(body)!).ToLookup(static path => Index().Replace(path, "[]"));
            bool hasTrees = fields.Any(static f => f.Key.Contains("trees[]", StringComparison.Ordinal)); // few have, so it is tried often
            foreach (IGrouping<string, string> field in Enumerable.Repeat(fields, hasTrees ? 20 : 1).SelectMany(static f => f))
            {
                (int wrong, int right) = (refused.GetValueOrDefault(field.Key), passed.GetValueOrDefault(field.Key));
                if (wrong + right > 5 && (wrong > 0 || !Strict.Contains(field.Key)))
                    continue;
                JsonNode changed = JsonNode.Parse(body)!;
                Change(changed, field.ElementAt(random.Next(field.Count())), random);
                Dictionary<string, int> found = Passes(changed, result, random) ? passed : refused;
                found[field.Key] = found.GetValueOrDefault(field.Key) + 1;
            }
        }

        Assert.All(Strict, field => Assert.True(refused.GetValueOrDefault(field) > 0, $"{field} was never refused."));
        Assert.True(passed.GetValueOrDefault("original.name") > 0); // names are for readers
        Assert.InRange(refused.Values.Sum(), 100, int.MaxValue);
        Assert.InRange(passed.Values.Sum(), 30, int.MaxValue);
    }

    private static bool Passes(JsonNode body, CompressionResult result, Random random)
    {
        GraphCertificate certificate;
        try
        {
            certificate = GraphCertificateParser.Parse(Encoding.UTF8.GetBytes(body.ToJsonString()));
            GraphCertificateCheck.Check(certificate, result.Original, result.Compressed, null, GraphCases.Unlimited);
        }
        catch (Refusal e)
        {
            Assert.NotEmpty(e.Place);
            return false;
        }

        GraphCases.AssertTrue(certificate, result.Original, result.Compressed, random, points: 2);
        return true;
    }

    /// <summary><c>relu(|x + y| + |x - y| - 2.05)</c> over <c>[-1,1]^2</c>, which is 0, but no linear bound shows it.</summary>
    private static (CompressionResult Result, GraphCertificate? Certificate) WithATree()
    {
        var builder = new GraphBuilder();
        int x = builder.AddInput("x", new(2));
        int parts = builder.Add(new DenseOperator([1, 1, -1, -1, 1, -1, -1, 1], new double[4], 2), new(4), "parts", "", x);
        int rectified = builder.Add(new ReluOperator(), new(4), "rectified", "", parts);
        int sum = builder.Add(new DenseOperator([1, 1, 1, 1, 1, 0, 0, 0], [-2.05, -0.5], 4), new(2), "sum", "", rectified);
        int last = builder.Add(new ReluOperator(), new(2), "last", "", sum);
        builder.AddOutput("y", builder.Add(new SumOperator([1, 1]), new(2), "y", "", last, x));
        CompressionResult result = Made.Compression(
            new(builder.Build()), new InputDomain([-1, -1], [1, 1]), CompressionLevel.DeleteOnly);
        GraphCertificate certificate = CompressionCertificate.MakeOfGraphs(result, static _ => { }, CancellationToken.None);
        Assert.Contains(certificate.Original.Rectifiers, static claims => claims.Trees.Length > 0);
        return (result, certificate);
    }

    /// <summary>The paths of all values that are no objects, and of all lists.</summary>
    private static IEnumerable<string> Leaves(JsonNode node) => node switch
    {
        JsonObject members => members.SelectMany(static m => Leaves(m.Value!)),
        JsonArray items => items.SelectMany(static item => Leaves(item!)).Append(Path(items)),
        _ => [Path(node)],
    };

    private static string Path(JsonNode node) => node.GetPath()[2..]; // without "$."

    private static void Change(JsonNode root, string path, Random random)
    {
        JsonNode node = root;
        foreach (string step in Step().Matches(path).Select(static m => m.Value))
            node = step[0] == '[' ? node[int.Parse(step[1..^1], System.Globalization.CultureInfo.InvariantCulture)]! : node[step]!;
        if (random.Next(10) == 0)
        {
            Replace(node, null);
        }
        else if (node is JsonArray items)
        {
            if (items.Count > 0 && random.Next(2) == 0)
                items.RemoveAt(random.Next(items.Count));
            else
                items.Add(items.Count > 0 ? items[random.Next(items.Count)]!.DeepClone() : JsonValue.Create(0));
        }
        else if (node.GetValueKind() == System.Text.Json.JsonValueKind.Number)
        {
            double number = Tampering.Number(node.GetValue<double>(), random);
            Replace(node, JsonValue.Create(double.IsFinite(number) ? number : -1));
        }
        else
        {
            Replace(node, JsonValue.Create(Text(node.GetValue<string>(), random)));
        }
    }

    private static void Replace(JsonNode node, JsonNode? by)
    {
        if (node.Parent is JsonArray items)
            items[items.IndexOf(node)] = by;
        else
            ((JsonObject)node.Parent!)[node.GetPropertyName()] = by;
    }

    /// <summary>Numbers of which a bit is another, or some are gone; or letters of which one is another.</summary>
    private static string Text(string text, Random random)
    {
        if (text.Length < 3 || text[2] != ':')
            return Tampering.Letter(text, "aiu?.cstdolgnk01", random);
        byte[] bytes = Convert.FromBase64String(text[3..]);
        if (bytes.Length > 0 && random.Next(5) > 0)
            bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
        else
            bytes = bytes.Length > 0 ? bytes[(bytes.Length > 8 ? 8 : 4)..] : new byte[8];
        return text[..3] + Convert.ToBase64String(bytes);
    }

    [GeneratedRegex(@"\[\d+\]")]
    private static partial Regex Index();

    [GeneratedRegex(@"\[\d+\]|\w+")]
    private static partial Regex Step();
}

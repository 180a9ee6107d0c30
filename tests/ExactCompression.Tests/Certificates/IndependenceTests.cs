using System.Reflection;
using System.Text.RegularExpressions;
using ExactCompression.Certificates.Checking;
using ExactCompression.Networks;
using ExactCompression.Numerics;
using ExactCompression.Tests.Formats;
using ExactCompression.Tests.Repository;
using Xunit;

namespace ExactCompression.Tests.Certificates;

/// <summary>The checker stands on nothing but the networks and itself.</summary>
public partial class IndependenceTests
{
    private static readonly string[] Allowed =
    [
        "AffineLayer", "Activation", "ReluNetwork", "InputDomain", "InvalidFileException", "InvalidInputException", "CertificateReport",
        "CertificateCheck", "TensorShape",
    ];

    /// <summary>What a network is, as data; the rest of the namespace is what searches make of it.</summary>
    private static readonly string[] Data =
    [
        .. typeof(Operator).Assembly.GetTypes().Where(static t => typeof(Operator).IsAssignableFrom(t)).Select(static t => t.Name),
        "NetworkGraph", "GraphNode", "GraphInput", "GraphOutput", "AffinePart", "AffinePartKind",
    ];

    /// <summary>
    /// The checker's files name no other part of this library, and of the two namespaces round theirs only the networks, the domain, and
    /// what they report with.
    /// </summary>
    [Fact]
    public void Sources_NameNoTypeOfTheEngine()
    {
        string[] foreign = [.. typeof(ReluNetwork).Assembly.GetTypes()
            .Where(static t => t.Namespace is "ExactCompression" or "ExactCompression.Certificates" or "ExactCompression.Networks"
                && !t.IsNested && !Allowed.Contains(t.Name) && !Data.Contains(t.Name))
            .Select(static t => t.Name.Split('`')[0]).Where(static n => n.Length > 0 && char.IsLetter(n[0])).Distinct()];
        string[] files = Files();
        Assert.InRange(files.Length, 10, 75);
        string[] own = [.. typeof(Certificate).Assembly.GetTypes().Where(static t => t.Namespace == typeof(Certificate).Namespace).Select(
            static t => t.Name)];
        foreach (string file in files)
        {
            string code = SourceFile.CodeOf(File.ReadAllText(file));
            Assert.DoesNotMatch(@"\busing ExactCompression\.(?!(Certificates\.Checking|Networks);)", code);
            Assert.DoesNotMatch(
                @"\bExactCompression\.(Bounds|Verdicts|Witnesses|Branching|Analysis|Numerics|Compression|Milp|Gpu|Formats)\b", code);
            string[] named = [.. Name().Matches(code).Select(static m => m.Value).Distinct().Intersect(foreign).Except(own)];
            Assert.True(named.Length == 0, $"{Path.GetFileName(file)} names {string.Join(", ", named)}");
        }
    }

    /// <summary>The same in the compiled code: fields, parameters, returns and locals of all methods of the checker.</summary>
    [Fact]
    public void Types_ReferToNoTypeOfTheEngine()
    {
        const BindingFlags All = BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic
            | BindingFlags.DeclaredOnly;
        IEnumerable<Type> own = typeof(Certificate).Assembly.GetTypes().Where(static t => t.Namespace == typeof(Certificate).Namespace);
        var used = new HashSet<Type>();
        foreach (Type type in own.Append(typeof(CertificateCheck)).Append(typeof(CertificateReport)))
        {
            foreach (FieldInfo field in type.GetFields(All))
                used.Add(field.FieldType);
            foreach (MethodBase method in type.GetMethods(All).Cast<MethodBase>().Concat(type.GetConstructors(All)))
            {
                used.UnionWith(method.GetParameters().Select(static p => p.ParameterType));
                used.UnionWith(method.GetMethodBody()?.LocalVariables.Select(static v => v.LocalType) ?? []);
                if (method is MethodInfo { ReturnType: var returned })
                    used.Add(returned);
            }
        }

        Assert.NotEmpty(used);
        Assert.DoesNotContain(
            // The numbers of a convolution and of a softmax are data.
            used.SelectMany(Parts).Where(static t => t != typeof(ConvolutionShape) && t != typeof(SoftmaxShape)),
            static t =>
                t.Namespace is "ExactCompression.Bounds" or "ExactCompression.Verdicts" or "ExactCompression.Witnesses"
                    or "ExactCompression.Branching" or "ExactCompression.Analysis" or "ExactCompression.Numerics"
                    or "ExactCompression.Compression" or "ExactCompression.Milp" or "ExactCompression.Gpu"
                    or "ExactCompression.Certificates");
    }

    /// <summary>Small enough for an evening, and for another one where the network is a graph.</summary>
    [Fact]
    public void Sources_AreFew()
    {
        int all = Files().Sum(static f => File.ReadLines(f).Count());
        int graphs = Files().Where(static f => f.Contains("Graphs", StringComparison.Ordinal)).Sum(static f => File.ReadLines(f).Count());
        Assert.InRange(all - graphs, 500, 3300);
        Assert.InRange(graphs, 500, 3700);
    }

    private static string[] Files() => Directory.GetFiles(
        Path.Combine(TestFiles.Root, "src", "ExactCompression", "Certificates", "Checking"), "*.cs", SearchOption.AllDirectories);

    private static IEnumerable<Type> Parts(Type type) =>
        type.HasElementType
            ? Parts(type.GetElementType()!)
            : type.IsGenericType
            ? type.GetGenericArguments().SelectMany(Parts).Append(type) : [type];

    [GeneratedRegex(@"(?<![\w.])[A-Z]\w+")]
    private static partial Regex Name();
}

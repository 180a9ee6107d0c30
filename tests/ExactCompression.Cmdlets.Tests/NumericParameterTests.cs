using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Reflection;

namespace ExactCompression.Cmdlets.Tests;

/// <summary>Numbers as text, as they come from a CSV or from an argument in quotation marks, mean the same whatever the culture.</summary>
public sealed class NumericParameterTests : IDisposable
{
    private static readonly Type[] Whole = [typeof(int), typeof(long), typeof(uint), typeof(ulong), typeof(short), typeof(byte)];
    private static readonly Type[] Real = [typeof(double), typeof(float), typeof(decimal), typeof(TimeSpan)];
    private readonly Runspace runspace = TestBindingCommand.OpenRunspace();

    public void Dispose() => runspace.Dispose();

    [Theory]
    [InlineData(",")]
    [InlineData("·")]
    [InlineData(".")]
    public void Parameters_NumbersAsText_AreReadAsWritten(string point)
    {
        CultureInfo culture = Culture(point);
        CommandInfo[] commands = Commands();
        var seen = new List<string>();
        foreach (CommandInfo command in commands)
        {
            foreach (PropertyInfo property in ((CmdletInfo)command).ImplementingType.GetProperties())
            {
                if (!property.IsDefined(typeof(ParameterAttribute)) || NumberType(property.PropertyType) is not { } type)
                    continue;
                seen.Add($"{command.Name} -{property.Name}");
                // The first that the parameter's range allows.
                string[] candidates = Real.Contains(type) ? ["0.5", "1.5", "0.25"] : ["3", "1", "400", "0"];
                (string text, object[] bound) = candidates.Select(text => (text, Bound(property, text, culture))).FirstOrDefault(
                    static c => c.Item2.Length > 0);
                Assert.True(text is not null, $"{seen[^1]} takes none of {string.Join(", ", candidates)}.");
                double expected = double.Parse(text, CultureInfo.InvariantCulture);
                Assert.All(
                    bound, value => Assert.Equal(
                        expected, value is TimeSpan time ? time.TotalSeconds : Convert.ToDouble(value, CultureInfo.InvariantCulture)));
                Assert.Equal(property.PropertyType.IsArray ? 2 : 1, bound.Length);
                Assert.True(Bound(property, "1,5", culture).Length == 0, $"{seen[^1]} takes 1,5.");
            }
        }

        // The walk must not pass by unnoticed.
        string[] known = ["New-InputDomain -Lower", "New-InputDomain -Radius", "Import-InputData -Scale", "Import-ReluNetwork -MaximumSize",
            "Invoke-CompressionSweep -Radius", "Invoke-LeoCompression -Tolerance"];
        Assert.Empty(known.Except(seen));
    }

    [Theory]
    [InlineData(",")]
    [InlineData(".")]
    public void NewInputDomain_EndsAsText_AreRoundedOutward(string point)
    {
        CultureInfo culture = Culture(point);
        double above = Math.BitIncrement(0.3), below = Math.BitDecrement(0.1);
        (double Lower, double Upper) Domain(string arguments) => Ends(culture, "New-InputDomain " + arguments);

        Assert.Equal((below, above), Domain("-Lower '0.1' -Upper '0.3'"));
        Assert.Equal((below, above), Domain("-Lower @('0.1') -Upper @('0.3')"));
        Assert.Equal((below, above), Domain("-Lower 0.1d -Upper 0.3d"));
        Assert.Equal((0.5, 1), Domain("'0.5' '1'"));
        Assert.Equal((-1, 9007199254740994), Domain("-1 9007199254740993"));
        // What PowerShell has parsed is a double.
        Assert.Equal((0.1, 0.3), Domain("-Lower 0.1 -Upper 0.3"));
        Assert.Equal((-above, above), Domain("-Center 0 -Radius '0.3'"));
        Assert.Equal((below, 1), Domain("-Center 0.5 -Radius 2 -ClipLower '0.1' -ClipUpper '1'"));
    }

    private static Type? NumberType(Type type)
    {
        Type element = type.IsArray ? type.GetElementType()! : type;
        element = Nullable.GetUnderlyingType(element) ?? element;
        return !element.IsEnum && (Whole.Contains(element) || Real.Contains(element)) ? element : null;
    }

    private CommandInfo[] Commands()
    {
        using PowerShell shell = PowerShell.Create(runspace);
        return [.. shell.AddScript("Get-Command -Module ExactCompression").Invoke().Select(static o => (CommandInfo)o.BaseObject)];
    }

    /// <summary>What the engine binds a text to, or two of them for an array; nothing where the parameter refuses it.</summary>
    private object[] Bound(PropertyInfo property, string text, CultureInfo culture)
    {
        using PowerShell shell = PowerShell.Create(runspace);
        object argument = property.PropertyType.IsArray ? new object[] { text, text } : text;
        shell.AddScript(
            "param($property, $value, $culture) [cultureinfo]::CurrentCulture = $culture; $a = @{ $property.Name = $value }; "
                + "Test-Binding $property @a");
        PSObject[] found = [.. shell.AddArgument(property).AddArgument(argument).AddArgument(culture).Invoke()];
        Assert.All(shell.Streams.Error, static error => Assert.IsAssignableFrom<ParameterBindingException>(error.Exception));
        if (shell.Streams.Error.Count > 0)
            return [];
        object value = Assert.Single(found).BaseObject;
        return value is IList list ? [.. list.Cast<object>()] : [value];
    }

    /// <summary>A culture with another decimal point, as far as numbers go; the machine may know no culture by name.</summary>
    private static CultureInfo Culture(string point)
    {
        var culture = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        culture.NumberFormat.NumberDecimalSeparator = point;
        culture.NumberFormat.NumberGroupSeparator = point == "." ? "," : ".";
        return culture;
    }

    private (double Lower, double Upper) Ends(CultureInfo culture, string script)
    {
        using PowerShell shell = PowerShell.Create(runspace);
        shell.AddScript(
            $"[cultureinfo]::CurrentCulture = $args[0]; if ((1.5).ToString() -ne '1{culture.NumberFormat.NumberDecimalSeparator}5') {{ "
                + $"throw 'culture' }}; $d = {script}; $d.Lower.ToArray()[0]; $d.Upper.ToArray()[0]").AddArgument(culture);
        double[] ends = [.. shell.Invoke().Select(static o => (double)o.BaseObject)];
        Assert.Empty(shell.Streams.Error);
        return (ends[0], ends[1]);
    }
}

/// <summary>Binds one parameter as another cmdlet has it, with its type and attributes, and gives what was bound.</summary>
[Cmdlet(VerbsDiagnostic.Test, "Binding")]
public sealed class TestBindingCommand : PSCmdlet, IDynamicParameters
{
    /// <summary>A session that has the module and this command.</summary>
    public static Runspace OpenRunspace()
    {
        InitialSessionState state = InitialSessionState.CreateDefault2();
        state.ImportPSModule([RepositoryPaths.Manifest]);
        state.Commands.Add(new SessionStateCmdletEntry("Test-Binding", typeof(TestBindingCommand), null));
        Runspace runspace = RunspaceFactory.CreateRunspace(state);
        runspace.Open();
        return runspace;
    }

    private readonly RuntimeDefinedParameterDictionary parameters = [];

    [Parameter(Position = 0, Mandatory = true)]
    public PropertyInfo Property { get; set; } = null!;

    public object GetDynamicParameters()
    {
        if (Property is null)
            return parameters;
        var attributes = new System.Collections.ObjectModel.Collection<Attribute>(
            [.. Property.GetCustomAttributes().Where(static a => a is ArgumentTransformationAttribute or ValidateArgumentsAttribute),
                new ParameterAttribute { Mandatory = Property.GetCustomAttributes<ParameterAttribute>().All(static p => p.Mandatory) }]);
        parameters[Property.Name] = new RuntimeDefinedParameter(Property.Name, Property.PropertyType, attributes);
        return parameters;
    }

    protected override void EndProcessing() => WriteObject(parameters[Property.Name].Value, enumerateCollection: false);
}

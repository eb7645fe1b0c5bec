// Objects of the proxies' types from JSON's values, and back: structures are dictionaries, lists are arrays.

using System;
using System.Collections;
using System.Collections.Generic;
using System.Linq;
using System.Reflection;
using System.Xml.Serialization;

static class Values
{
    public static object Made(Type type, object value)
    {
        if (value == null)
            return type.IsValueType ? Activator.CreateInstance(type) : null;
        if (type.IsEnum)
            return Enum.Parse(type, (string)value);
        if (type.IsArray)
            return MadeArray(type.GetElementType(), value);
        return value is string ? Convert.ChangeType(value, type) : MadeStructure(type, (IDictionary)value);
    }

    static object MadeArray(Type type, object value)
    {
        // The proxies have no type for an element around a list.
        object items = value is IDictionary wrapper ? wrapper.Values.Cast<object>().Single() : value;
        object[] made = ((IEnumerable)items).Cast<object>().Select(item => Made(type, item)).ToArray();
        Array array = Array.CreateInstance(type, made.Length);
        made.CopyTo(array, 0);
        return array;
    }

    static object MadeStructure(Type type, IDictionary values)
    {
        object made = Activator.CreateInstance(type);
        foreach (string name in values.Keys)
        {
            PropertyInfo property = type.GetProperty(name);
            property.SetValue(made, Made(property.PropertyType, values[name]));
            type.GetProperty(name + "Specified")?.SetValue(made, values[name] != null);
        }
        return made;
    }

    public static object Plain(object value)
    {
        if (value is Array array)
            return array.Cast<object>().Select(Plain).ToArray();
        if (value == null || value is string || value.GetType().IsPrimitive)
            return value;
        if (value is DateTime moment)
            return moment.ToString("s");
        if (value.GetType().IsValueType)
            return value.ToString();
        return value.GetType().GetProperties().Where(each => IsElement(each) && IsThere(each, value))
            .ToDictionary(each => each.Name, each => PlainProperty(each, each.GetValue(value)));
    }

    static object PlainProperty(PropertyInfo property, object value)
    {
        if (value == null || !property.PropertyType.IsArray || property.IsDefined(typeof(XmlElementAttribute)))
            return Plain(value);
        string item = property.GetCustomAttribute<XmlArrayItemAttribute>()?.ElementName;
        string name = string.IsNullOrEmpty(item) ? NameOf(property.PropertyType.GetElementType()) : item;
        return new Dictionary<string, object> { [name] = Plain(value) };
    }

    // What the items of an array are called where nothing else is said.
    static string NameOf(Type type)
    {
        return type == typeof(string) ? "string" : type.Name;
    }

    static bool IsElement(PropertyInfo property)
    {
        return !property.IsDefined(typeof(XmlIgnoreAttribute));
    }

    // Where a value cannot be null, another property says whether it is there.
    static bool IsThere(PropertyInfo property, object value)
    {
        object specified = value.GetType().GetProperty(property.Name + "Specified")?.GetValue(value);
        return specified == null || (bool)specified;
    }
}
